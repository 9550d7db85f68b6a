#!/usr/bin/env bash
# Writes the libraries of svcgen map's page into a folder, by default ../page:
# what their authors publish for browsers, at the versions and digests of
# package-lock.json, without the lines that name source maps, and the licences of
# all that is in them. TestLibraries tells when the folder holds something else.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
to=$(cd "${1:-$here/../page}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
sed '/^\/\/# sourceMappingURL=/d' node_modules/@dagrejs/dagre/dist/dagre.min.js >"$to/dagre.js"
sed '/^\/\/# sourceMappingURL=/d' node_modules/markdown-it/dist/browser/markdown-it.umd.min.js >"$to/markdown-it.js"
for package in @dagrejs/dagre @dagrejs/graphlib markdown-it entities linkify-it mdurl punycode.js uc.micro; do
  printf '== %s %s\n\n' "$package" "$(node -p "require('./node_modules/$package/package.json').version")"
  cat node_modules/"$package"/LICENSE*
  printf '\n'
done >"$to/LICENSES.txt"

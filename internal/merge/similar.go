package merge

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// score is what git writes for a renamed file: R, and how alike the two are.
var score = regexp.MustCompile(`^R\d+$`)

// renames finds which files of from became which files of to, as git does: by
// their likeness, and by their last name where that leaves a choice. Each file of
// either side is in one pair at most.
func (g Git) renames(ctx context.Context, from, to map[string][]byte) (map[string]string, error) {
	if len(from) == 0 || len(to) == 0 {
		return nil, nil
	}
	dir, err := os.MkdirTemp("", "svcgen-merge")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	// The real names stay out of it: they may be anything, and git must not read
	// an attributes file among them. Only that two files have the same last name
	// is to be seen.
	names := map[string]string{}
	write := func(side string, files map[string][]byte) error {
		for i, p := range slices.Sorted(maps.Keys(files)) {
			at := fmt.Sprintf("%s/%s%d/%x", side, side, i, sha256.Sum256([]byte(path.Base(p))))
			names[at] = p
			if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(path.Dir(at))), 0o700); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(at)), files[p], 0o600); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write("a", from); err != nil {
		return nil, err
	}
	if err := write("b", to); err != nil {
		return nil, err
	}
	out, code, err := g.run(ctx, dir, "diff", "--no-index", "--no-ext-diff", "--no-textconv", "-M50%", "-l0", "--diff-filter=R", "--name-status", "-z", "a", "b")
	if err != nil {
		return nil, err
	}
	if code > 1 {
		return nil, failed("diff", "exit code %d", code)
	}
	return pairs(string(out), names)
}

// pairs reads what git diff --name-status -z wrote.
func pairs(out string, names map[string]string) (map[string]string, error) {
	found := map[string]string{}
	if out == "" {
		return found, nil
	}
	fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for triple := range slices.Chunk(fields, 3) {
		if len(triple) < 3 || !score.MatchString(triple[0]) || names[triple[1]] == "" || names[triple[2]] == "" {
			return nil, failed("diff", "%.60q is no list of renamed files", out)
		}
		found[names[triple[1]]] = names[triple[2]]
	}
	return found, nil
}

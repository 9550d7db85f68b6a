//go:build unix

package main_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Mermaid is one file in its package; with the packages that it is made of an
// installation takes minutes. The sum is that of npm's lock files.
const (
	mermaidPackage = "mermaid@11.12.0"
	mermaidSum     = "ZudVx73BwrMJfCFmSSJT84y6u5brEoV8DOItdHomNLz32uBjNrelm7mg95X7g+C6UoQH/W6mBLGDEDv73JdxBg=="
)

// mermaid fetches the library for browsers, as its authors publish it.
func mermaid(t *testing.T) string {
	t.Helper()
	needed(t, "npm")
	dir := t.TempDir()
	pack := exec.Command("npm", "pack", "--silent", "--prefer-offline", mermaidPackage)
	pack.Dir = dir
	if out, err := pack.CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("npm pack: %v\n%s", err, out)
		}
		t.Skipf("SKIPPED: npm does not fetch %s: %v\n%s", mermaidPackage, err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, strings.Replace(mermaidPackage, "@", "-", 1)+".tgz"))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha512.Sum512(data); base64.StdEncoding.EncodeToString(sum[:]) != mermaidSum {
		t.Fatalf("%s is another than the one that was tried", mermaidPackage)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(unzipped); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			t.Fatal("the package has no dist/mermaid.min.js")
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Name == "package/dist/mermaid.min.js" {
			text, err := io.ReadAll(files)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
}

// TestMermaidDrawsTheGraph has Mermaid itself read and draw what svcgen graph
// prints: names that are words of its language, and owners that look like markup,
// are shown as they were written. Only **this** and __this__ Mermaid draws bold: it
// reads Markdown after its entities, so nothing keeps it from that.
func TestMermaidDrawsTheGraph(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := chromium(t)
	library := mermaid(t)
	owners := []string{`"quoted" [x] {y} (z)`, `<b>bold</b>`, `#35; #quot; &amp; %% no comment`, "`code` a*b_c \\n", `end; click n0 "x"`, `团队 🚀 --> |a|`}
	manifest := "version: 1\nmodule: example.com/odd\nservices:\n"
	for i, name := range []string{"end", "graph", "subgraph", "class", "o-x", "style"} {
		owner, err := json.Marshal(owners[i])
		if err != nil {
			t.Fatal(err)
		}
		owner = []byte(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(owner)))
		needs := "[click]" // there is none: it is drawn as missing
		if i > 0 {
			needs = "[end]"
		}
		manifest += "  " + name + ": {path: services/" + name + ", owner: " + string(owner) + ", needs: " + needs + "}\n"
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"svcgen.yaml": manifest})
	many := many(t, 20100)
	page := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(page, []byte("<!doctype html><meta charset=utf-8><script>"+strings.ReplaceAll(library, "</script", `<\/script`)+"</script>"), 0o666); err != nil {
		t.Fatal(err)
	}
	b.open("file://" + page)
	b.must(`typeof mermaid.parse === "function"`)
	b.must(`mermaid.parse("flowchart LR\n a[\"b").then(() => false, () => true)`) // it does refuse
	for _, w := range []string{dir, many, five(t, []int{20001, 20002, 20003, 20004, 20005})} {
		text, err := json.Marshal(run(t, w, "graph"))
		if err != nil {
			t.Fatal(err)
		}
		if got := b.eval(`mermaid.parse(` + string(text) + `).then(r => r.diagramType, e => String(e))`); got != "flowchart-v2" {
			t.Errorf("Mermaid says %v of\n%s", got, text)
		}
	}
	text, err := json.Marshal(run(t, dir, "graph", "--focus", "end"))
	if err != nil {
		t.Fatal(err)
	}
	// Labels are HTML, as GitHub and GitLab have them. Without HTML, Mermaid itself
	// shows "<" as its entity.
	shown, _ := b.eval(`(async () => {
		mermaid.initialize({startOnLoad: false, securityLevel: "strict"});
		const {svg} = await mermaid.render("drawn", ` + string(text) + `);
		document.body.innerHTML = svg;
		return [...document.querySelectorAll("g.node")].map(n => n.textContent).join("\n");
	})()`).(string)
	b.shot("mermaid")
	bare := strings.Join(strings.Fields(shown), "")
	for _, owner := range owners {
		if !strings.Contains(bare, strings.Join(strings.Fields(owner), "")) {
			t.Errorf("%q is not shown as it is:\n%s", owner, shown)
		}
	}
}

package main_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// depot is a bare repository whose objects are written by hand: git itself would
// not make most of them.
type depot struct {
	t   testing.TB
	dir string
}

func newDepot(t testing.TB) *depot {
	d := &depot{t, filepath.Join(t.TempDir(), "depot.git")}
	d.git("", "init", "--quiet", "--bare", "-b", "main", d.dir)
	return d
}

func (d *depot) git(stdin string, args ...string) string {
	d.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = os.TempDir()
	if _, err := os.Stat(d.dir); err == nil {
		cmd.Dir = d.dir
	}
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (d *depot) blob(data string) string { return d.git(data, "hash-object", "-w", "--stdin") }

// line is one entry of a tree.
type line struct{ mode, name, id string }

// order is what git sorts entries by.
func (l line) order() string {
	if l.mode == "40000" {
		return l.name + "/"
	}
	return l.name
}

// tree writes a tree's object as it is given.
func (d *depot) tree(lines ...line) string {
	d.t.Helper()
	var b strings.Builder
	for _, l := range lines {
		raw, err := hex.DecodeString(l.id)
		if err != nil {
			d.t.Fatal(err)
		}
		b.WriteString(l.mode + " " + l.name + "\x00" + string(raw))
	}
	return d.git(b.String(), "hash-object", "-t", "tree", "-w", "--literally", "--stdin")
}

// commit makes a commit of a tree, and a tag of it.
func (d *depot) commit(tree, tag string) string {
	d.t.Helper()
	const who = "Eve <eve@example.com> 1767225600 +0000"
	id := d.git(fmt.Sprintf("tree %s\nauthor %s\ncommitter %s\n\nmessage\n", tree, who, who), "hash-object", "-t", "commit", "-w", "--literally", "--stdin")
	d.git("", "update-ref", "refs/heads/main", id)
	if tag != "" {
		d.git("", "update-ref", "refs/tags/"+tag, id)
	}
	return id
}

// template is the smallest template there is, in a repository of its own, with
// more in its folder.
func (d *depot) template(more ...line) string {
	d.t.Helper()
	base := d.tree(line{"100644", "hello.txt", d.blob("hello\n")})
	lines := []line{{"40000", "base", base}}
	lines = append(lines, more...)
	lines = append(lines, line{"100644", "template.yaml", d.blob(smallTemplate)})
	slices.SortStableFunc(lines, func(a, b line) int { return strings.Compare(a.order(), b.order()) })
	return d.tree(lines...)
}

const smallTemplate = "version: 1\nname: small\nrelease: 1.0.0\nkind: other\nlayers: [base]\n"

// evil makes a repository whose only tag is v1.0.0.
func evil(tree func(d *depot) string) func(testing.TB) string {
	return func(t testing.TB) string {
		d := newDepot(t)
		d.commit(tree(d), "v1.0.0")
		return "git+file://" + d.dir
	}
}

// beside is a template with more in its folder.
func beside(more func(d *depot) []line) func(testing.TB) string {
	return evil(func(d *depot) string { return d.template(more(d)...) })
}

// configured is a good repository whose configuration says more than it should.
func configured(text string) func(testing.TB) string {
	return func(t testing.TB) string {
		d := newDepot(t)
		d.commit(d.template(), "v1.0.0")
		f, err := os.OpenFile(filepath.Join(d.dir, "config"), os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString(text)
			f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return "git+file://" + d.dir
	}
}

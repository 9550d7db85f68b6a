package service

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
)

// FolderAt returns the files of a folder as they were at the commit where HEAD
// and the commit ref part. A folder that was not there is an empty tree.
func FolderAt(ctx context.Context, dir, ref string) (tree.Tree, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return nil, diag.Errorf("%q is not a commit", ref).WithHint("e.g. --since origin/main")
	}
	g := git{ctx, dir}
	out, err := g.run("merge-base", ref, "HEAD")
	if err != nil {
		return nil, g.explain(ref, err)
	}
	list, err := g.run("ls-tree", "-r", "-z", strings.TrimSpace(string(out)))
	if err != nil {
		return nil, fmt.Errorf("git does not list %s at %s: %w", dir, ref, err)
	}
	files := tree.Tree{}
	var names, ids []string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		meta, name, ok := strings.Cut(line, "\t")
		words := strings.Fields(meta)
		if !ok || len(words) != 3 || words[1] != "blob" {
			continue // a submodule
		}
		files[name] = tree.File{Kind: kindOf(words[0])}
		names, ids = append(names, name), append(ids, words[2])
	}
	blobs, err := g.blobs(ids)
	if err != nil {
		return nil, fmt.Errorf("git does not read %s at %s: %w", dir, ref, err)
	}
	for i, name := range names {
		files[name] = tree.File{Data: blobs[i], Kind: files[name].Kind}
	}
	return files, nil
}

func kindOf(mode string) tree.Kind {
	switch mode {
	case "120000":
		return tree.Symlink
	case "100755":
		return tree.Executable
	}
	return tree.Plain
}

// blobs reads objects, all with one process.
func (g git) blobs(ids []string) ([][]byte, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := g.feed(strings.NewReader(strings.Join(ids, "\n")+"\n"), "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	var blobs [][]byte
	for _, id := range ids {
		head, rest, ok := bytes.Cut(out, []byte("\n"))
		words := bytes.Fields(head)
		if !ok || len(words) != 3 {
			return nil, fmt.Errorf("object %s: %s", id, head)
		}
		size, err := strconv.Atoi(string(words[2]))
		if err != nil || size < 0 || size >= len(rest) {
			return nil, fmt.Errorf("object %s: %s", id, head)
		}
		blobs, out = append(blobs, rest[:size:size]), rest[size+1:]
	}
	return blobs, nil
}

// feed is run with something to read for git.
func (g git) feed(stdin io.Reader, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(g.ctx, "git", args...)
	cmd.Dir, cmd.Env, cmd.Stdin = g.dir, g.environment(), stdin
	return cmd.Output()
}

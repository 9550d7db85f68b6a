package merge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
)

// Git finds and runs git. The zero value looks for it on the PATH.
type Git struct {
	Look func() (string, error) // nil: exec.LookPath("git")
}

// ErrNoGit is the error of what cannot be done without git.
var ErrNoGit = errors.New("git is needed to merge two edits of one file, and was not found")

// Text is a merged text.
type Text struct {
	Data      []byte
	Conflicts int // how many there are; with Ours and Theirs none are left
	Line      int // the first conflict's line in ours, or 0
}

// Texts merges two edits of one text with git merge-file. A text that ours has
// wholly with CRLF while the others have LF is merged with CRLF.
func (g Git) Texts(ctx context.Context, base, ours, theirs []byte, label string, p Policy) (Text, error) {
	if crlf(ours) && !bytes.Contains(base, []byte("\r")) && !bytes.Contains(theirs, []byte("\r")) {
		base, theirs = toCRLF(base), toCRLF(theirs)
	}
	switch {
	case bytes.Equal(ours, theirs), bytes.Equal(theirs, base):
		return Text{Data: ours}, nil
	case bytes.Equal(ours, base):
		return Text{Data: theirs}, nil
	}
	dir, err := os.MkdirTemp("", "svcgen-merge")
	if err != nil {
		return Text{}, err
	}
	defer os.RemoveAll(dir)
	for name, data := range map[string][]byte{"ours": ours, "base": base, "theirs": theirs} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return Text{}, err
		}
	}
	args := []string{"merge-file", "-p", "-q", "-L", "yours", "-L", "before", "-L", label}
	switch p {
	case Ours:
		args = append(args, "--ours")
	case Theirs:
		args = append(args, "--theirs")
	}
	out, code, err := g.run(ctx, dir, append(args, "ours", "base", "theirs")...)
	if err != nil {
		return Text{}, err
	}
	if code < 0 || code > 127 {
		return Text{}, fmt.Errorf("git merge-file failed with exit code %d", code)
	}
	if code > 0 && (p == Ours || p == Theirs || !bytes.Contains(out, []byte("<<<<<<< yours"))) {
		return Text{}, fmt.Errorf("git merge-file says that there are conflicts, and shows none")
	}
	t := Text{Data: out, Conflicts: code}
	if code > 0 {
		t.Line = 1 + bytes.Count(out[:max(0, bytes.Index(out, []byte("<<<<<<< yours")))], []byte("\n"))
	}
	return t, nil
}

// renames finds which files of from became which files of to, as git does: by
// their likeness.
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
	// an attributes file among them.
	names := map[string]string{}
	write := func(side string, files map[string][]byte) error {
		if err := os.Mkdir(filepath.Join(dir, side), 0o700); err != nil {
			return err
		}
		for i, p := range sortedKeys(files) {
			name := fmt.Sprintf("%s/%d", side, i)
			names[name] = p
			if err := os.WriteFile(filepath.Join(dir, side, fmt.Sprint(i)), files[p], 0o600); err != nil {
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
	// Numbers that stand on both sides would pair files by name: every file of
	// one side gets a name that the other has not.
	if err := distinct(dir, names); err != nil {
		return nil, err
	}
	out, code, err := g.run(ctx, dir, "diff", "--no-index", "--no-ext-diff", "--no-textconv", "-M50%", "-l0", "--diff-filter=R", "--name-status", "-z", "a", "b")
	if err != nil {
		return nil, err
	}
	if code > 1 {
		return nil, fmt.Errorf("git diff failed with exit code %d", code)
	}
	found := map[string]string{}
	fields := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	for i := 0; i+2 < len(fields); i += 3 {
		found[names[fields[i+1]]] = names[fields[i+2]]
	}
	return found, nil
}

// distinct renames the files below dir/b so that none is called as one below
// dir/a, and files the new names in names.
func distinct(dir string, names map[string]string) error {
	for name, p := range names {
		rest, ok := strings.CutPrefix(name, "b/")
		if !ok {
			continue
		}
		if err := os.Rename(filepath.Join(dir, "b", rest), filepath.Join(dir, "b", "n"+rest)); err != nil {
			return err
		}
		delete(names, name)
		names["b/n"+rest] = p
	}
	return nil
}

// find returns git's path.
func (g Git) find() (string, error) {
	look := g.Look
	if look == nil {
		look = func() (string, error) { return exec.LookPath("git") }
	}
	at, err := look()
	if err != nil {
		return "", diag.Errorf("%v", ErrNoGit).WithHint("install git, or undo one of the two edits")
	}
	return at, nil
}

// run runs git in dir with nothing of the user's: no configuration, no
// repository around, no hooks, no pager, no prompt.
func (g Git) run(ctx context.Context, dir string, args ...string) (out []byte, code int, err error) {
	at, err := g.find()
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.CommandContext(ctx, at, args...)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "LC_ALL=C", "TMPDIR=" + dir, "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_DIR=" + filepath.Join(dir, "none"), "GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir),
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case errors.As(err, &exit):
		if exit.ExitCode() > 127 || exit.ExitCode() < 0 {
			return nil, 0, fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(stderr.String()))
		}
		if stdout.Len() == 0 && stderr.Len() > 0 {
			// What stands in for git where it is not set up says so in this way.
			return nil, 0, fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(stderr.String()))
		}
		return stdout.Bytes(), exit.ExitCode(), nil
	case err != nil:
		return nil, 0, fmt.Errorf("git %s: %w", args[0], err)
	}
	return stdout.Bytes(), 0, nil
}

// crlf reports whether every line of data ends with CRLF, and there is one.
func crlf(data []byte) bool {
	n := bytes.Count(data, []byte("\n"))
	return n > 0 && bytes.Count(data, []byte("\r\n")) == n && bytes.Count(data, []byte("\r")) == n
}

func toCRLF(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")) }

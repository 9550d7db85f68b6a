package fetch

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/trust"
)

const (
	maxRefs    = 32 << 20 // bytes of the list of refs
	maxListing = 32 << 20 // bytes of the list of files
	maxObject  = 1 << 20  // bytes of a tag's or a commit's object
)

// git fetches one commit of a repository, and reads the templates out of its
// objects. Nothing is checked out, so that no filter, attribute or link has a
// meaning.
func (f Fetcher) git(ctx context.Context, r *Result) error {
	if err := unentangled(r.Source); err != nil {
		return err
	}
	g, done, err := f.repository(ctx, r.Source)
	if err != nil {
		return err
	}
	defer done()
	want, err := g.resolve(ctx, r.Source)
	if err != nil {
		return err
	}
	r.Source = r.Source.At(want.version)
	g.source = r.Source
	spec := want.id
	if want.ref != "" {
		spec = want.ref
	}
	if _, err := g.run(ctx, nil, 1<<16, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance",
		"--no-write-fetch-head", "--", r.Source.URL(), "+"+spec+":refs/svcgen/it"); err != nil {
		return err
	}
	if err := g.objects(ctx, want, r); err != nil {
		return err
	}
	return g.files(ctx, r)
}

// wanted is what a version stands for.
type wanted struct {
	version string // as the source is to name it
	ref     string // full name; "" for a commit
	id      string // of the object that the ref names: a commit or a tag's object
	commit  string // where it is known already
}

// refs lists the branches and tags of the repository; a tag that has an object
// of its own is there twice, the second time with "^{}".
func (g *repository) refs(ctx context.Context, s source.Source) (refs map[string]string, head string, err error) {
	out, err := g.run(ctx, nil, maxRefs, "ls-remote", "--quiet", "--", s.URL())
	if err != nil {
		return nil, "", err
	}
	refs = map[string]string{}
	for line := range strings.SplitSeq(string(out), "\n") {
		id, ref, ok := strings.Cut(line, "\t")
		switch {
		case !ok || !source.IsCommit(id):
		case ref == "HEAD":
			head = id
		case strings.HasPrefix(ref, "refs/heads/"), strings.HasPrefix(ref, "refs/tags/"):
			refs[ref] = id
		}
	}
	return refs, head, nil
}

func (g *repository) resolve(ctx context.Context, s source.Source) (wanted, error) {
	if source.IsCommit(s.Version) {
		return wanted{version: s.Version, id: s.Version, commit: s.Version}, nil
	}
	refs, head, err := g.refs(ctx, s)
	if err != nil {
		return wanted{}, err
	}
	version := s.Version
	if version == "" {
		if version = newestTag(refs, s.Sub, ""); version == "" {
			if head == "" {
				return wanted{}, failed(s, "the repository is empty")
			}
			return wanted{version: head, id: head, commit: head}, nil
		}
	}
	for _, kind := range []string{"refs/tags/", "refs/heads/"} {
		if id, ok := refs[kind+version]; ok {
			w := wanted{version: version, ref: kind + version, id: id, commit: id}
			if peeled, ok := refs[kind+version+"^{}"]; ok {
				w.commit = peeled
			}
			return w, nil
		}
	}
	var known []string
	for ref := range refs {
		if name, ok := strings.CutPrefix(ref, "refs/tags/"); ok && !strings.HasSuffix(name, "^{}") {
			known = append(known, name)
		}
	}
	e := failed(s, "there is no tag, branch or commit %q", version)
	if near := diag.Nearest(version, known); near != "" {
		return wanted{}, e.WithHint("did you mean %s?", near)
	}
	if newest := newestTag(refs, s.Sub, ""); newest != "" {
		return wanted{}, e.WithHint("the newest tag is %s", newest)
	}
	return wanted{}, e
}

// newestTag returns the tag of the highest release among refs: v1.2.3 or 1.2.3,
// also behind the folder's name (templates/v1.2.3), as repositories of many
// modules have it. Where like is a tag, only those written in its way count.
// Releases before a release (1.0.0-rc.1) count only where there is none else.
func newestTag(refs map[string]string, sub, like string) string {
	var best, bestPre string
	var bestV, preV string
	for ref := range refs {
		tag, ok := strings.CutPrefix(ref, "refs/tags/")
		if !ok || strings.HasSuffix(tag, "^{}") || !source.ValidVersion(tag) {
			continue
		}
		prefix, v := splitTag(tag)
		if v == "" || prefix != "" && prefix != sub+"/" && prefix != lastPart(sub)+"/" {
			continue
		}
		if like != "" {
			if p, _ := splitTag(like); p != prefix {
				continue
			}
		}
		if semver.Prerelease(v) != "" {
			if preV == "" || semver.Compare(v, preV) > 0 {
				bestPre, preV = tag, v
			}
			continue
		}
		if c := semver.Compare(v, bestV); bestV == "" || c > 0 || c == 0 && tag < best {
			best, bestV = tag, v
		}
	}
	if best == "" {
		return bestPre
	}
	return best
}

// splitTag takes a tag apart: what stands before the release, and the release
// with its v; "" where it is none.
func splitTag(tag string) (prefix, v string) {
	at := strings.LastIndexByte(tag, '/') + 1
	prefix, v = tag[:at], "v"+strings.TrimPrefix(tag[at:], "v")
	if !semver.IsValid(v) || !strings.HasPrefix(v, semver.Canonical(v)) {
		return prefix, ""
	}
	return prefix, v
}

func lastPart(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }

// newestGit says what a source is at now. A tag gives way to a higher one, a
// branch stays and has moved, a commit stays.
func (f Fetcher) newestGit(ctx context.Context, s source.Source) (source.Source, string, error) {
	if err := unentangled(s); err != nil {
		return s, "", err
	}
	g, done, err := f.repository(ctx, s)
	if err != nil {
		return s, "", err
	}
	defer done()
	refs, _, err := g.refs(ctx, s)
	if err != nil {
		return s, "", err
	}
	if _, v := splitTag(s.Version); v != "" {
		tag := newestTag(refs, s.Sub, s.Version)
		if _, newest := splitTag(tag); tag != "" && semver.Compare(newest, v) > 0 {
			s = s.At(tag)
		}
	}
	if source.IsCommit(s.Version) {
		return s, s.Version, nil
	}
	w, err := g.resolve(ctx, s)
	return s.At(w.version), w.commit, err
}

// objects reads the commit that was fetched, and the tag's object where there is
// one.
func (g *repository) objects(ctx context.Context, want wanted, r *Result) error {
	out, err := g.run(ctx, nil, 256, "rev-parse", "--verify", "--end-of-options", "refs/svcgen/it")
	if err != nil {
		return err
	}
	at := strings.TrimSpace(string(out))
	if !source.IsCommit(at) || want.ref == "" && at != want.id {
		return failed(r.Source, "the server sent another commit than was asked for")
	}
	for range 8 {
		kind, data, err := g.object(ctx, at)
		if err != nil {
			return err
		}
		switch {
		case kind == "commit":
			r.Commit, r.Proof.Commit = at, data
			return nil
		case kind != "tag":
			return failed(r.Source, "the version stands for a %s, not for a commit", kind)
		case r.Proof.Tag != nil:
			return failed(r.Source, "the tag stands for another tag")
		}
		r.Proof.Tag = data
		if at, _ = trust.Target(data); !source.IsCommit(at) {
			return failed(r.Source, "the tag's object cannot be read")
		}
	}
	return failed(r.Source, "the tag leads to no commit")
}

// object reads a small object.
func (g *repository) object(ctx context.Context, id string) (kind string, data []byte, err error) {
	out, err := g.run(ctx, []byte(id+"\n"), maxObject, "cat-file", "--batch")
	if err != nil {
		return "", nil, err
	}
	head, rest, ok := bytes.Cut(out, []byte("\n"))
	fields := strings.Fields(string(head))
	if !ok || len(fields) != 3 || fields[0] != id {
		return "", nil, failed(g.source, "the object %s was not sent", id)
	}
	n, err := strconv.Atoi(fields[2])
	if err != nil || n < 0 || n != len(rest)-1 {
		return "", nil, failed(g.source, "the object %s cannot be read", id)
	}
	return fields[1], rest[:n], nil
}

// entry is a file of a commit.
type entry struct {
	mode, id string
	size     int64
}

// files lists the commit's files, and reads those of templates.
func (g *repository) files(ctx context.Context, r *Result) error {
	listed, err := g.list(ctx, r)
	if err != nil {
		return err
	}
	paths := make([]string, 0, len(listed))
	for p := range listed {
		paths = append(paths, p)
	}
	set, err := source.Select(r.Source.String(), paths)
	if err != nil {
		return err
	}
	for _, p := range set.Paths {
		switch e := listed[p]; e.mode {
		case "100644", "100755", "100664":
		case "120000":
			return failed(r.Source, "%s is a symbolic link; a template has files alone", p).WithHint("commit the file itself in its place")
		case "160000":
			return failed(r.Source, "%s is a submodule; svcgen fetches none", p).WithHint("commit the files themselves")
		default:
			return failed(r.Source, "%s has the mode %s; a template has files alone", p, e.mode)
		}
	}
	if err := bounded(r.Source, set, func(p string) int64 { return listed[p].size }); err != nil {
		return err
	}
	r.Names = set.Names
	if err := g.blobs(ctx, r, set, listed); err != nil {
		return err
	}
	return plain(r)
}

// list reads the names, modes and sizes of all files below the source's folder.
func (g *repository) list(ctx context.Context, r *Result) (map[string]entry, error) {
	at := r.Commit
	if r.Source.Sub != "" {
		at += ":" + r.Source.Sub
		if kind, err := g.run(ctx, []byte(at+"\n"), 1024, "cat-file", "--batch-check=%(objecttype)"); err != nil {
			return nil, err
		} else if strings.TrimSpace(string(kind)) != "tree" {
			return nil, failed(r.Source, "there is no folder %s in the repository", r.Source.Sub)
		}
	}
	listed := map[string]entry{}
	err := g.stream(ctx, nil, func(out io.Reader) error {
		in := bufio.NewReaderSize(io.LimitReader(out, maxListing+1), 64<<10)
		read := 0
		for {
			line, err := in.ReadString(0)
			if err == io.EOF && line == "" {
				return nil
			}
			if read += len(line); read > maxListing || len(listed) >= maxEntries {
				return failed(r.Source, "there are more than %d files, or their names are too long", maxEntries)
			}
			if err != nil {
				return err
			}
			// <mode> SP <type> SP <object> SP+ <size> TAB <path> NUL
			head, p, ok := strings.Cut(strings.TrimSuffix(line, "\x00"), "\t")
			fields := strings.Fields(head)
			if !ok || len(fields) != 4 {
				return failed(r.Source, "the list of its files cannot be read")
			}
			e := entry{mode: fields[0], id: fields[2]}
			if e.size, err = strconv.ParseInt(fields[3], 10, 64); err != nil && fields[3] != "-" {
				return failed(r.Source, "the list of its files cannot be read")
			}
			if _, twice := listed[p]; twice {
				return failed(r.Source, "%q is there twice", p)
			}
			listed[p] = e
		}
	}, "ls-tree", "-r", "-l", "-z", "--full-tree", at)
	return listed, err
}

// blobs reads the contents of the set's files.
func (g *repository) blobs(ctx context.Context, r *Result, set source.Set, listed map[string]entry) error {
	var ids bytes.Buffer
	for _, p := range set.Paths {
		ids.WriteString(listed[p].id + "\n")
	}
	r.Files = tree.Tree{}
	return g.stream(ctx, ids.Bytes(), func(out io.Reader) error {
		in := bufio.NewReaderSize(out, 256<<10)
		for _, p := range set.Paths {
			e := listed[p]
			head, err := in.ReadString('\n')
			if err != nil || head != fmt.Sprintf("%s blob %d\n", e.id, e.size) {
				return failed(r.Source, "%s was not sent", p)
			}
			data := make([]byte, e.size+1) // and the line's end
			if _, err := io.ReadFull(in, data); err != nil {
				return failed(r.Source, "%s was not sent whole", p)
			}
			kind := tree.Plain
			if e.mode == "100755" {
				kind = tree.Executable
			}
			r.Files[p] = tree.File{Data: data[:e.size:e.size], Kind: kind}
		}
		return nil
	}, "cat-file", "--batch")
}

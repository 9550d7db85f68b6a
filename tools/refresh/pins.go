package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/semver"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
)

var (
	action = regexp.MustCompile(`uses: ([\w.-]+/[\w.-]+)((?:/[\w.-]+)*)@([0-9a-f]{40}) # (v[\w.]+)`)
	digest = regexp.MustCompile(`([a-z0-9][\w./-]*:[\w.-]+)@(sha256:[0-9a-f]{64})`)
)

// patience is how long one answer may take: where a network is missing, each pin
// would wait.
const patience = 20 * time.Second

// pins moves the commits of actions to those of their latest tags of the same
// major version, and the digests of images to what their tags are now.
func (r *refresh) pins(ctx context.Context) {
	known := map[string]string{} // what was asked: the answer, or "" for none
	ask := func(what string, get func(context.Context) (string, error)) string {
		if _, asked := known[what]; !asked {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			answer, err := get(ctx)
			if err != nil {
				r.untold = append(r.untold, fmt.Sprintf("%s was not asked: %s", what, lastLine(err)))
			}
			known[what] = answer
		}
		return known[what]
	}
	for _, t := range r.templates {
		told := map[string]bool{}
		moved := func(what, old, next string) {
			if !told[what] {
				told[what] = true
				r.changes = append(r.changes, change{t, what, old, next})
			}
		}
		_ = filepath.WalkDir(filepath.Join(r.folder, t), func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			old, err := r.text(name)
			if err != nil {
				return err
			}
			next := action.ReplaceAllStringFunc(string(old), func(s string) string {
				m := action.FindStringSubmatch(s)
				answer := ask(m[1], func(ctx context.Context) (string, error) { return newestTag(ctx, m[1], m[4]) })
				tag, commit, ok := strings.Cut(answer, " ")
				if !ok || commit == m[3] || semver.Compare(tag, m[4]) < 0 {
					return s
				}
				moved(m[1], m[4], tag)
				return fmt.Sprintf("uses: %s%s@%s # %s", m[1], m[2], commit, tag)
			})
			next = digest.ReplaceAllStringFunc(next, func(s string) string {
				m := digest.FindStringSubmatch(s)
				now := ask(m[1], func(ctx context.Context) (string, error) { return digestOf(ctx, m[1]) })
				if now == "" || now == m[2] {
					return s
				}
				moved(m[1], m[2][:19], now[:19])
				return m[1] + "@" + now
			})
			r.put(name, old, []byte(next))
			return nil
		})
	}
}

// newestTag is the newest tag of a repository on GitHub with the major version of
// tag, and its commit.
func newestTag(ctx context.Context, repository, tag string) (string, error) {
	out, err := program(ctx, ".", "git", "-c", "credential.helper=", "ls-remote", "--tags", "https://github.com/"+repository)
	if err != nil {
		return "", err
	}
	commits := map[string]string{}
	for line := range strings.Lines(out) {
		commit, ref, _ := strings.Cut(strings.TrimSpace(line), "\t")
		name := strings.TrimPrefix(ref, "refs/tags/")
		if peeled, ok := strings.CutSuffix(name, "^{}"); ok {
			commits[peeled] = commit
		} else if commits[name] == "" {
			commits[name] = commit
		}
	}
	var tags []string
	for name := range commits {
		if semver.Canonical(name) == name && semver.Prerelease(name) == "" && semver.Major(name) == semver.Major(tag) {
			tags = append(tags, name)
		}
	}
	if len(tags) == 0 {
		return "", fmt.Errorf("%s has no tags like %s", repository, tag)
	}
	newest := slices.MaxFunc(tags, semver.Compare)
	return newest + " " + commits[newest], nil
}

// digestOf asks an image's registry what its tag is now.
func digestOf(ctx context.Context, image string) (string, error) {
	name := image
	switch first, _, more := strings.Cut(image, "/"); {
	case !more:
		name = "docker.io/library/" + image
	case !strings.ContainsAny(first, ".:"):
		name = "docker.io/" + image
	}
	ref, err := registry.ParseReference(name)
	if err != nil {
		return "", err
	}
	repo, err := remote.NewRepository(ref.Registry + "/" + ref.Repository)
	if err != nil {
		return "", err
	}
	found, err := repo.Resolve(ctx, ref.Reference)
	if err != nil {
		return "", err
	}
	return found.Digest.String(), nil
}

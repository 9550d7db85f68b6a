// Package source reads where templates come from: a folder, a git repository,
// an OCI artifact. It also matches sources with the patterns of a trust list,
// and picks the templates out of what a source holds.
//
// Every part of a source ends up in a command line, a URL or a path. So each
// part is held to a list of characters, and what is not on it is refused; nothing
// is unquoted or mended. The package fetches nothing.
package source

import (
	"fmt"
	"net"
	"path"
	"strings"
	"unicode"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/names"
)

// Kind is where a source is.
type Kind uint8

const (
	Folder Kind = iota // a folder on this machine
	Git                // a git repository
	OCI                // an OCI artifact
)

// Source is a parsed source.
type Source struct {
	Kind    Kind
	Scheme  string // git: https, ssh, file; http on this machine alone
	User    string // git over ssh
	Host    string // with its port, lower case; "" for a folder and git+file
	Path    string // folder, repository: slashes; absolute for git+file
	Sub     string // git: the folder in the repository; "": its root
	Version string // git: a tag, branch or commit; OCI: a tag; "": the newest
	Digest  string // OCI: sha256:…, of the manifest
}

const (
	maxSource  = 1024
	maxVersion = 200
)

const forms = "a folder, git+https://HOST/REPOSITORY.git//FOLDER@VERSION, git+ssh://USER@HOST/REPOSITORY.git@VERSION,\n" +
	"git+file:///REPOSITORY.git@VERSION, oci://HOST/REPOSITORY:TAG or oci://HOST/REPOSITORY@sha256:DIGEST"

// Parse reads a source. What is wrong comes back as one diag.Error.
func Parse(text string) (Source, error) {
	s, err := parse(text)
	if err != nil {
		return Source{}, err
	}
	return s, nil
}

func parse(text string) (Source, *diag.Error) {
	wrong := func(format string, args ...any) (Source, *diag.Error) {
		return Source{}, diag.Errorf("the source %q %s", clip(text), fmt.Sprintf(format, args...)).WithHint("%s", forms)
	}
	scheme, rest, schemed := strings.Cut(text, "://")
	switch {
	case text == "":
		return Source{}, diag.Errorf("the source is empty").WithHint("%s", forms)
	case len(text) > maxSource:
		return wrong("has %d bytes; %d are allowed", len(text), maxSource)
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.ContainsRune(text, unicode.ReplacementChar):
		return wrong("has a character that cannot be seen")
	case strings.HasPrefix(text, "-"):
		return wrong("begins with a dash, as an option does")
	case strings.Contains(text, "::"):
		if at := strings.Index(text, "::"); !strings.Contains(text[:at], "[") {
			return wrong("names a helper program of git's; svcgen runs none")
		}
	}
	switch {
	case schemed && strings.HasPrefix(scheme, "git+"):
		return parseGit(strings.TrimPrefix(scheme, "git+"), rest, wrong)
	case scheme == "oci" && schemed:
		return parseOCI(rest, wrong)
	case schemed && (scheme == "https" || scheme == "ssh" || scheme == "git"):
		_, e := wrong("says not what is there")
		return Source{}, e.WithHint("for a git repository write git+https://%s, for an OCI artifact oci://%s", rest, rest)
	case schemed:
		return wrong("is of a kind that svcgen does not fetch")
	case isShort(text):
		host, p, _ := strings.Cut(text, ":")
		_, e := wrong("is written in git's short form")
		return Source{}, e.WithHint("write git+ssh://%s/%s", host, p)
	}
	plain := path.Clean(strings.ReplaceAll(text, `\`, "/"))
	if plain != text {
		return parse(plain) // what is written down must read as the same, e.g. "./-x" as "-x" does
	}
	return Source{Kind: Folder, Path: plain}, nil
}

type refusal func(format string, args ...any) (Source, *diag.Error)

func parseGit(scheme, rest string, wrong refusal) (Source, *diag.Error) {
	s := Source{Kind: Git, Scheme: scheme}
	authority, p, ok := strings.Cut(rest, "/")
	if !ok || p == "" {
		return wrong("names no repository")
	}
	p, version, versioned := strings.Cut(p, "@")
	p, sub, inside := strings.Cut(p, "//")
	if versioned {
		if s.Version = version; !ValidVersion(version) {
			return wrong("has %q for a version, which is neither a tag, a branch nor a commit", clip(version))
		}
	}
	if user, host, ok := strings.Cut(authority, "@"); ok {
		if scheme != "ssh" {
			return wrong("has a user or a password in it, which would stand in the manifest for all to read")
		}
		if authority, s.User = host, user; !word(user, "_", "._-", 64) {
			return wrong("has %q for a user", clip(user))
		}
	}
	s.Host = strings.ToLower(authority)
	switch scheme {
	case "file":
		if s.Host != "" {
			return wrong("has the host %q; a repository on this machine has three slashes", clip(s.Host))
		}
	case "http":
		if !Loopback(s.Host) {
			return wrong("would be fetched without encryption")
		}
	case "https", "ssh":
	default:
		return wrong("uses the protocol %q; https, ssh and file are known", clip(scheme))
	}
	if scheme != "file" && !isHost(s.Host) {
		return wrong("has %q for a host", clip(s.Host))
	}
	if problem := checkParts(p, scheme == "file"); problem != "" {
		return wrong("%s", problem)
	}
	s.Path = p
	if scheme == "file" && !(len(p) > 1 && p[1] == ':') {
		s.Path = "/" + p
	}
	if inside {
		if problem := checkParts(sub, false); problem != "" {
			return wrong("%s", problem)
		}
		if problem := names.CheckPath(sub); problem != "" {
			return wrong("has the folder %q: %s", clip(sub), problem)
		}
		s.Sub = sub
	}
	return s, nil
}

// checkParts says what is wrong with the path of a repository or in one.
func checkParts(p string, local bool) string {
	for i, part := range strings.Split(p, "/") {
		switch {
		case part == "" || part == "." || part == "..":
			return fmt.Sprintf("has the path %q, which is not written plainly", clip(p))
		case strings.HasPrefix(part, "-"):
			return fmt.Sprintf("has %q in its path, which begins with a dash, as an option does", clip(part))
		case local && i == 0 && len(part) == 2 && part[1] == ':':
		case local && strings.ContainsAny(part, `\:?#%*"<>|`), !local && !word(part, "._~+", "._~+-", 255):
			return fmt.Sprintf("has %q in its path; letters, digits, dots, dashes and _~+ are allowed", clip(part))
		}
	}
	return ""
}

func parseOCI(rest string, wrong refusal) (Source, *diag.Error) {
	s := Source{Kind: OCI}
	host, repo, ok := strings.Cut(rest, "/")
	if s.Host = strings.ToLower(host); !ok || !isHost(s.Host) {
		return wrong("has %q for a registry", clip(host))
	}
	repo, digest, pinned := strings.Cut(repo, "@")
	if s.Digest = digest; pinned && !isDigest(digest) {
		return wrong("has %q for a digest; one is sha256: and 64 digits", clip(digest))
	}
	repo, tag, tagged := strings.Cut(repo, ":")
	if s.Version = tag; tagged && !word(tag, "_", "._-", 128) {
		return wrong("has %q for a tag", clip(tag))
	}
	if s.Path = repo; !isRepository(repo) {
		return wrong("has %q for a repository; one has lower-case letters, digits, dots and dashes", clip(repo))
	}
	return s, nil
}

// Loopback reports whether host, which may have a port, is this machine.
func Loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String writes the source as Parse reads it.
func (s Source) String() string {
	out := s.Repository()
	if s.Sub != "" {
		out += "//" + s.Sub
	}
	if s.Version != "" {
		out += map[Kind]string{Git: "@", OCI: ":"}[s.Kind] + s.Version
	}
	if s.Digest != "" {
		out += "@" + s.Digest
	}
	return out
}

// Repository is the source without what it says about a folder or a version in
// it. Trust is about repositories: a signature covers one as a whole.
func (s Source) Repository() string {
	switch s.Kind {
	case Git:
		return "git+" + s.URL()
	case OCI:
		return "oci://" + s.Host + "/" + s.Path
	}
	return s.Path
}

// URL is what git is given for a git source.
func (s Source) URL() string {
	user := s.User
	if user != "" {
		user += "@"
	}
	return s.Scheme + "://" + user + s.Host + "/" + strings.TrimPrefix(s.Path, "/")
}

// At is the source with another version.
func (s Source) At(version string) Source {
	s.Version, s.Digest = version, ""
	return s
}

// Remote reports whether fetching the source reaches another machine.
func (s Source) Remote() bool { return s.Kind != Folder && s.Scheme != "file" }

func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

package source

import (
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/diag"
)

func TestParse(t *testing.T) {
	hex := strings.Repeat("ab", 32)
	for _, c := range []struct {
		text string
		want Source
	}{
		{"git+https://github.com/acme/templates.git", Source{Kind: Git, Scheme: "https", Host: "github.com", Path: "acme/templates.git"}},
		{"git+https://github.com/acme/templates@v1.2.0", Source{Kind: Git, Scheme: "https", Host: "github.com", Path: "acme/templates", Version: "v1.2.0"}},
		{"git+https://github.com/acme/mono//go/templates@templates/v1.2.0", Source{Kind: Git, Scheme: "https", Host: "github.com", Path: "acme/mono", Sub: "go/templates", Version: "templates/v1.2.0"}},
		{"git+https://git.acme.com:8443/a/b@" + strings.Repeat("0f", 20), Source{Kind: Git, Scheme: "https", Host: "git.acme.com:8443", Path: "a/b", Version: strings.Repeat("0f", 20)}},
		{"git+ssh://git@github.com/acme/templates.git//x@main", Source{Kind: Git, Scheme: "ssh", User: "git", Host: "github.com", Path: "acme/templates.git", Sub: "x", Version: "main"}},
		{"git+file:///srv/git/my templates.git@v1", Source{Kind: Git, Scheme: "file", Path: "/srv/git/my templates.git", Version: "v1"}},
		{"git+file:///C:/git/templates.git", Source{Kind: Git, Scheme: "file", Path: "C:/git/templates.git"}},
		{"git+http://127.0.0.1:8080/a.git", Source{Kind: Git, Scheme: "http", Host: "127.0.0.1:8080", Path: "a.git"}},
		{"oci://ghcr.io/acme/templates:1.2.0", Source{Kind: OCI, Host: "ghcr.io", Path: "acme/templates", Version: "1.2.0"}},
		{"oci://localhost:5000/t@sha256:" + hex, Source{Kind: OCI, Host: "localhost:5000", Path: "t", Digest: "sha256:" + hex}},
		{"oci://[::1]:5000/t:x@sha256:" + hex, Source{Kind: OCI, Host: "[::1]:5000", Path: "t", Version: "x", Digest: "sha256:" + hex}},
		{"./tools/templates", Source{Path: "tools/templates"}},
		{"../shared templates/", Source{Path: "../shared templates"}},
		{"/opt/templates", Source{Path: "/opt/templates"}},
	} {
		got, err := Parse(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", c.text, got, err, c.want)
			continue
		}
		if again, err := Parse(got.String()); err != nil || again != got {
			t.Errorf("%s is written as %s, which reads as %+v, %v", c.text, got, again, err)
		}
	}
	if s, _ := Parse("git+https://GitHub.COM/Acme/x"); s.Host != "github.com" || s.Path != "Acme/x" {
		t.Errorf("upper case: %+v", s)
	}
}

// TestParseRefuses has one case for each way in which a source was turned into a
// command, an option, another host or another folder in some tool.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "the source is empty"},
		{"--upload-pack=touch /tmp/x", "begins with a dash"},
		{"-oProxyCommand=touch x", "begins with a dash"},
		{"ext::sh -c touch% /tmp/x", "names a helper program of git's"},
		{"git+ext::sh -c x", "names a helper program of git's"},
		{"git+https://ext::x/y", "names a helper program"},
		{"fd::17", "names a helper program"},
		{"file:///etc", "is of a kind that svcgen does not fetch"},
		{"https://github.com/acme/x", "says not what is there"},
		{"git://github.com/acme/x", "says not what is there"},
		{"git+git://github.com/acme/x", `uses the protocol "git"`},
		{"git+ftp://github.com/acme/x", `uses the protocol "ftp"`},
		{"git+http://github.com/acme/x", "would be fetched without encryption"},
		{"git+http://127.0.0.1.evil.com/x", "would be fetched without encryption"},
		{"git@github.com:acme/x.git", "is written in git's short form"},
		{"git+ssh://-oProxyCommand=touch%20x/y", "for a host"},
		{"git+ssh://git@-oProxyCommand=x/y", "for a host"},
		{"git+ssh://-oProxyCommand=x@host/y", "for a user"},
		{"git+ssh://a b@host/y", "for a user"},
		{"git+ssh://host/-x", "begins with a dash"},
		{"git+ssh://host/--upload-pack=x/y", "begins with a dash"},
		{"git+ssh://host/x;touch y", "in its path"},
		{"git+ssh://host/$(x)", "in its path"},
		{"git+ssh://host/`x`", "in its path"},
		{"git+ssh://host/x'y", "in its path"},
		{"git+https://host/x%2e%2e/y", "in its path"},
		{"git+https://host/x?y=z", "in its path"},
		{"git+https://host/x#y", "in its path"},
		{"git+https://host/x\\y", "in its path"},
		{"git+https://host/../x", "is not written plainly"},
		{"git+https://host/x/./y", "is not written plainly"},
		{"git+https://host/x/", "is not written plainly"},
		{"git+https://host/", "names no repository"},
		{"git+https://host", "names no repository"},
		{"git+https:///x", "for a host"},
		{"git+https://ho_st/x", "for a host"},
		{"git+https://host:99999999/x", "for a host"},
		{"git+https://user:secret@host/x", "has a user or a password in it"},
		{"git+https://token@host/x", "has a user or a password in it"},
		{"git+https://host/x//../y", "is not written plainly"},
		{"git+https://host/x///y", "is not written plainly"},
		{"git+https://host/x//.git/hooks", "git's own"},
		{"git+https://host/x//a/.GIT", "git's own"},
		{"git+https://host/x@--upload-pack=y", "for a version"},
		{"git+https://host/x@-v1", "for a version"},
		{"git+https://host/x@", "for a version"},
		{"git+https://host/x@a..b", "for a version"},
		{"git+https://host/x@a b", "for a version"},
		{"git+https://host/x@HEAD^{/y}", "for a version"},
		{"git+https://host/x@+refs/*:refs/*", "for a version"},
		{"git+https://host/x@v1@v2", "for a version"},
		{"git+https://host/x@" + strings.Repeat("v", 300), "for a version"},
		{"git+file://host/x", `has the host "host"`},
		{"git+file:///a/../b", "is not written plainly"},
		{"git+file:///a|b", "in its path"},
		{"oci://", "for a registry"},
		{"oci://host", "for a registry"},
		{"oci://host/UPPER", "for a repository"},
		{"oci://host/../x", "for a repository"},
		{"oci://host/x:-tag", "for a tag"},
		{"oci://host/x@sha256:abc", "for a digest"},
		{"oci://host/x@md5:" + strings.Repeat("a", 64), "for a digest"},
		{"oci://user@host/x", "for a registry"},
		{"oci://host/x?y", "for a repository"},
		{"./a\x1b[31mb", "has a character that cannot be seen"},
		{"./a\u202eb", "has a character that cannot be seen"},
		{"./a\nb", "has a character that cannot be seen"},
		{"./a\x00b", "has a character that cannot be seen"},
		{"./a\xffb", "has a character that cannot be seen"},
		{"./" + strings.Repeat("a", 2000), "bytes; 1024 are allowed"},
	} {
		_, err := Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want something with %q", c.text, err, c.want)
			continue
		}
		if l := diag.All(err); len(l) != 1 || l[0].Hint == "" {
			t.Errorf("%q: no hint in %#v", c.text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"git+https://host/a//b@v1", "git+ssh://git@host:22/a", "git+file:///a b", "oci://host:5000/a:b", "./x", "-x", "ext::x", "git+https://host/a@b@c", "git+file:///C:/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			if len(diag.All(err)) != 1 {
				t.Fatalf("%q: %v is no diag.Error", text, err)
			}
			return
		}
		if again, err := Parse(s.String()); err != nil || again != s {
			t.Fatalf("%q reads as %+v, is written as %q, which reads as %+v, %v", text, s, s.String(), again, err)
		}
		if s.Kind != Git {
			return
		}
		u := s.URL()
		for _, bad := range []string{"::", "\\", "%", "?", "#", "\x00", "\n", "/-", "/../", "//-", "@-"} {
			if strings.Contains(strings.TrimPrefix(u, s.Scheme+"://"), bad) && !(bad == "::" && strings.Contains(s.Host, "[")) {
				t.Fatalf("%q gives git the URL %q", text, u)
			}
		}
		if strings.HasPrefix(s.Version, "-") || strings.ContainsAny(s.Version, ":*?[^~ ") || strings.Contains(s.Sub, "..") && strings.Contains("/"+s.Sub+"/", "/../") {
			t.Fatalf("%q: version %q, folder %q", text, s.Version, s.Sub)
		}
	})
}

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, source string
		want            bool
	}{
		{"**", "git+https://github.com/acme/x", true},
		{"**", "../x", true},
		{"git+https://github.com/acme/*", "git+https://github.com/acme/x@v1", true},
		{"git+https://github.com/acme/*", "git+https://github.com/acme/x.git//sub@v1", true},
		{"git+https://github.com/acme/*", "git+https://GitHub.com/ACME/x", true},
		{"git+https://github.com/acme/*", "git+https://github.com/acme/x/y", false},
		{"git+https://github.com/acme/*", "git+https://github.com/acme-evil/x", false},
		{"git+https://github.com/acme/*", "git+https://github.com.evil.com/acme/x", false},
		{"git+https://github.com/acme/*", "git+ssh://git@github.com/acme/x", false},
		{"git+https://github.com/acme/x.git", "git+https://github.com/acme/x", true},
		{"git+https://*.acme.com/**", "git+https://git.acme.com/a/b/c", true},
		{"git+https://*.acme.com/**", "git+https://evil.com/x.acme.com/a", false},
		{"git+https://git.acme.com/**", "git+https://gitxacme.com/a", false},
		{"oci://registry.acme.com/**", "oci://registry.acme.com/a/b:1", true},
		{"oci://registry.acme.com/**", "oci://registry.acme.com.evil.com/a:1", false},
		{"git+file:///srv/*", "git+file:///srv/x.git", true},
		{"/opt/templates", "/opt/templates", true},
		{"../x", "../x", true},
	} {
		p, err := ParsePattern(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		s, err := Parse(c.source)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Match(s); got != c.want {
			t.Errorf("%s matches %s: %v", c.pattern, c.source, got)
		}
	}
	for _, bad := range []string{"", "*", "github.com/*", "git+https://**", "git+https://github.com/**/x", "git+https://github.com/acme/x@v1", "git+https://github.com/x//sub", "oci://host/x:1", "./tools/", "acme*", "https://x/y", "-x"} {
		if p, err := ParsePattern(bad); err == nil {
			t.Errorf("%q was taken for a pattern: %v", bad, p)
		}
	}
	if (Pattern{}).Match(Source{}) {
		t.Error("no pattern matches")
	}
}

func TestSelect(t *testing.T) {
	for _, c := range []struct{ name, paths, names, files, err string }{
		{"one template", "template.yaml base/x README.md", "", "README.md base/x template.yaml", ""},
		{"a folder of them", "README.md a/template.yaml a/x b/template.yaml c/x .github/x", "a b", "a/template.yaml a/x b/template.yaml", ""},
		{"nested ones are files", "template.yaml a/template.yaml", "", "a/template.yaml template.yaml", ""},
		{"none", "README.md x/y/template.yaml", "", "", "there is no template.yaml"},
		{"an odd name", "A/template.yaml", "", "", `the folder "A" is not a template's name`},
		{"git's", "a/template.yaml a/x/.Git/config", "", "", "git's own"},
		{"git's, on Windows", "a/template.yaml a/GIT~1/config", "", "", "git's own"},
		{"git's, with a dot", "a/template.yaml a/.git./config", "", "", "git's own"},
		{"svcgen's", "a/template.yaml a/.svcgen/x", "", "", "svcgen's own"},
		{"a manifest", "a/template.yaml a/base/svcgen.yaml", "", "", "svcgen's own"},
		{"a device", "a/template.yaml a/nul.txt", "", "", "device on Windows"},
		{"a stream", "a/template.yaml a/x:y", "", "", "colon"},
		{"case", "a/template.yaml a/x a/X", "", "", "differ only in upper and lower case"},
		{"case of folders", "a/template.yaml a/d/x a/D/y", "", "", "differ only in upper and lower case"},
		{"file and folder", "a/template.yaml a/x a/X/y", "", "", "is a file and a folder"},
		{"unseen", "a/template.yaml a/x\u200by", "", "", "cannot be seen"},
		{"two spellings", "a/template.yaml a/e\u0301", "", "", "spelled in two ways"},
		{"deep", "a/template.yaml a/" + strings.Repeat("d/", 30) + "x", "", "", "folders deep"},
		{"long", "a/template.yaml a/" + strings.Repeat("d", 300), "", "", "200 are allowed"},
		{"elsewhere it does not matter", "a/template.yaml b/.git/x", "a", "a/template.yaml", ""},
	} {
		s, err := Select("it", strings.Split(c.paths, " "))
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: got %v, want something with %q", c.name, err, c.err)
			}
			continue
		}
		if err != nil || strings.Join(s.Names, " ") != c.names || strings.Join(s.Paths, " ") != c.files {
			t.Errorf("%s: got %q %q %v", c.name, s.Names, s.Paths, err)
		}
	}
}

package trust

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/sshsig"
)

func signer(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	s, err := ssh.NewSignerFromKey(key)
	check(t, err)
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func line(s ssh.Signer, comment string) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.PublicKey()))) + " " + comment
}

func read(t testing.TB, text string) (List, error) {
	t.Helper()
	r, root := document.Open("svcgen.yaml", []byte(text))
	return Read(r, root), r.Err()
}

func sign(t testing.TB, s ssh.Signer, message []byte, namespace string) []byte {
	t.Helper()
	text, err := sshsig.Sign(s, message, namespace)
	check(t, err)
	return text
}

const plainTag = "object 1111111111111111111111111111111111111111\ntype commit\ntag v1.0.0\ntagger A <a@b> 1 +0000\n\nmessage\n"

const plainCommit = "tree 2222222222222222222222222222222222222222\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nmessage\n"

func signedTag(t testing.TB, s ssh.Signer) []byte {
	return append([]byte(plainTag), sign(t, s, []byte(plainTag), "git")...)
}

func signedCommit(t testing.TB, s ssh.Signer) []byte {
	text := strings.TrimSuffix(string(sign(t, s, []byte(plainCommit), "git")), "\n")
	head, body, _ := strings.Cut(plainCommit, "\n\n")
	return []byte(head + "\ngpgsig " + strings.ReplaceAll(text, "\n", "\n ") + "\n\n" + body)
}

func TestJudge(t *testing.T) {
	alice, mallory := signer(t), signer(t)
	const digest = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	entry := func(pattern string, s ssh.Signer, required bool) string {
		return fmt.Sprintf("- source: '%s'\n  keys: ['%s']\n  require-signature: %v\n", pattern, line(s, "alice"), required)
	}
	git, err := source.Parse("git+https://github.com/acme/x@v1.0.0")
	check(t, err)
	oci, err := source.Parse("oci://ghcr.io/acme/x:1.0.0")
	check(t, err)
	none := Proof{Commit: []byte(plainCommit)}
	tag := func(s ssh.Signer) Proof { return Proof{Tag: signedTag(t, s), Commit: []byte(plainCommit)} }
	commit := func(s ssh.Signer) Proof { return Proof{Commit: signedCommit(t, s)} }
	both := Proof{Tag: signedTag(t, mallory), Commit: signedCommit(t, alice)}
	changed := func(p Proof, old, next string) Proof {
		return Proof{bytes.Replace(p.Tag, []byte(old), []byte(next), 1), bytes.Replace(p.Commit, []byte(old), []byte(next), 1), p.Signature}
	}
	content := func(s ssh.Signer, digest, namespace string) Proof {
		return Proof{Signature: sign(t, s, Statement(digest), namespace)}
	}
	pgp := Proof{Commit: []byte(strings.Replace(plainCommit, "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n", 1))}
	must := entry("git+https://github.com/acme/*", alice, true)
	may := entry("git+https://github.com/acme/*", alice, false)
	elsewhere := entry("git+https://github.com/other/*", alice, true)
	registry := entry("oci://ghcr.io/**", alice, true)
	for _, c := range []struct {
		name, list string
		source     source.Source
		proof      Proof
		want, err  string
	}{
		{"no list, no signature", "", git, none, "not signed", ""},
		{"no list, a signature", "", git, tag(mallory), "the tag v1.0.0 is signed by the key SHA256:", ""},
		{"no list, a wrong signature", "", git, changed(tag(alice), "message", "changed"), "", "the signature of the tag v1.0.0 is wrong: it does not fit"},
		{"no list, a wrong commit's", "", git, changed(commit(alice), "message", "changed"), "", "the signature of the commit is wrong: it does not fit"},
		{"no list, half a signature", "", git, changed(commit(alice), "-----END SSH SIGNATURE-----", ""), "", "the signature of the commit is wrong: it is not framed"},
		{"must, by alice", must, git, tag(alice), "signed by alice (SHA256:", ""},
		{"must, commit by alice", must, git, commit(alice), "the commit is signed by alice (SHA256:", ""},
		{"must, tag by mallory of alice's commit", must, git, both, "", "the tag v1.0.0 is signed by the key SHA256:"},
		{"may, tag by mallory of alice's commit", may, git, both, "", "which the trust list does not name"},
		{"must, PGP's tag of alice's commit", must, git, Proof{Tag: []byte(plainTag + "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n"), Commit: both.Commit}, "", "this one is of another kind"},
		{"must, tag by alice of mallory's commit", must, git, Proof{Tag: signedTag(t, alice), Commit: signedCommit(t, mallory)}, "the tag v1.0.0 is signed by alice", ""},
		{"must, tag by nobody of alice's commit", must, git, Proof{Tag: []byte(plainTag), Commit: both.Commit}, "the commit is signed by alice", ""},
		{"must, by alice, changed", must, git, changed(tag(alice), "message", "changed"), "", "is wrong: it does not fit"},
		{"must, by mallory", must, git, tag(mallory), "", "which the trust list does not name"},
		{"must, by nobody", must, git, none, "", "the trust list asks for a signature, and there is none"},
		{"must, no proof at all", must, git, Proof{}, "", "asks for a signature, and there is none"},
		{"must, of another kind", must, git, pgp, "", "this one is of another kind"},
		{"may, by nobody", may, git, none, "not signed", ""},
		{"may, of another kind", may, git, pgp, "svcgen does not check it", ""},
		{"may, by mallory", may, git, tag(mallory), "", "which the trust list does not name"},
		{"an entry for others", elsewhere, git, none, "not signed", ""},
		{"the strictest entry counts", may + must, git, none, "", "and there is none"},
		{"keys of all entries count", entry("**", mallory, true) + may, git, tag(alice), "signed by alice", ""},
		{"another version's tag", must, git.At("v2.0.0"), tag(alice), "", `says that it is "v1.0.0", not "v2.0.0"`},
		{"two names in a tag", "", git, changed(Proof{Tag: []byte(plainTag)}, "tag v1.0.0", "tag v1.0.0\ntag v2.0.0"), "", `says that it is ""`},
		{"a tag without a message", "", git, Proof{Tag: []byte("object 1\n")}, "", "has no message"},
		{"a commit with two signatures", must, git, Proof{Commit: bytes.Replace(signedCommit(t, alice), []byte("\n\n"), []byte("\ngpgsig x\n\n"), 1)}, "", "has two signatures"},
		{"a registry, by alice", registry, oci, content(alice, digest, "svcgen"), "the content is signed by alice", ""},
		{"a registry, for another digest", registry, oci, content(alice, "h1:other", "svcgen"), "", "does not fit"},
		{"a registry, made for git", registry, oci, content(alice, digest, "git"), "", `made for "git", not for "svcgen"`},
		{"a registry, by mallory", registry, oci, content(mallory, digest, "svcgen"), "", "does not name"},
		{"a registry, by nobody", registry, oci, Proof{}, "", "and there is none"},
		{"a registry, no signature", "", oci, Proof{Signature: []byte("hello")}, "", "not one of SSH"},
	} {
		list, err := read(t, c.list)
		check(t, err)
		v, err := list.Judge(c.source, digest, c.proof)
		switch {
		case c.err == "" && (err != nil || !strings.Contains(v.String(), c.want)):
			t.Errorf("%s: got %q, %v; want %q", c.name, v, err, c.want)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: got %q, %v; want an error with %q", c.name, v, err, c.err)
		}
		var refused *Refused
		if err != nil && (!errors.As(err, &refused) || len(diag.All(err)) != 1) {
			t.Errorf("%s: %#v is no refusal", c.name, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	key := line(signer(t), "alice")
	for _, c := range []struct{ text, want string }{
		{"[]\n", ""},
		{"- {source: '**', keys: ['" + key + "']}\n", ""},
		{"- {source: '**', keys: ['" + key + "'], require-signature: true}\n", ""},
		{"- {source: '**', keys: []}\n", "needs keys"},
		{"- {source: '**', require-signature: true}\n", "needs keys"},
		{"- {keys: ['" + key + "']}\n", "needs a source"},
		{"- {source: '*', keys: ['" + key + "']}\n", "is that of a folder"},
		{"- {source: 'git+https://github.com/a@v1', keys: ['" + key + "']}\n", "names a version"},
		{"- {source: '**', keys: ['" + key + "'], require: true}\n", `unknown key "require"`},
		{"- {source: '**', keys: ['" + key + "'], require-signature: yes please}\n", "must be true or false"},
		{"- {source: '**', keys: ['ssh-rsa AAAA']}\n", "the key is no public key"},
		{"- {source: '**', keys: ['cert-authority " + key + "']}\n", "has options"},
		{"{source: '**'}\n", "must be a list"},
		{"yes\n", "must be a list"},
	} {
		_, err := read(t, c.text)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: got %v, want something with %q", c.text, err, c.want)
		}
	}
}

// FuzzProof looks for a proof that passes where only alice's would, without
// alice.
func FuzzProof(f *testing.F) {
	mallory := signer(f)
	f.Add(signedTag(f, mallory), signedCommit(f, mallory), []byte(nil))
	f.Add([]byte(plainTag), []byte(plainCommit), sign(f, mallory, Statement("h1:x"), Namespace))
	f.Add([]byte("tag v1.0.0\n\n"), []byte("gpgsig \n gpgsig\n\n"), []byte("-----BEGIN SSH SIGNATURE-----"))
	list, err := read(f, "- {source: '**', require-signature: true, keys: ['"+line(signer(f), "alice")+"']}\n")
	check(f, err)
	open := List(nil)
	s := source.Source{Kind: source.Git, Scheme: "https", Host: "h", Path: "x", Version: "v1.0.0"}
	f.Fuzz(func(t *testing.T, tag, commit, signature []byte) {
		p := Proof{tag, commit, signature}
		if v, err := list.Judge(s, "h1:x", p); err == nil {
			t.Fatalf("it passes: %v", v)
		}
		if v, err := open.Judge(s, "h1:x", p); err == nil && v.Known {
			t.Fatalf("it is known to a list of nobody: %v", v)
		}
		if message, sig, err := splitCommit(commit); err == nil && len(sig) == 0 && !bytes.Equal(message, commit) {
			t.Fatalf("a commit without a signature is taken for %q", message)
		}
		if message, sig, err := splitTag(tag); err == nil && !bytes.Equal(append(bytes.Clone(message), sig...), tag) {
			t.Fatalf("a tag's parts are not the whole")
		}
	})
}

// Package trust judges whether templates from elsewhere may be used: it knows
// the trust list of a manifest, what git and svcgen sign, and what follows when
// a signature is missing, unknown or wrong.
//
// Nothing here fails open. A list that cannot be read is an error of the manifest as a
// whole; an entry that asks for signatures without naming keys is refused; a
// signature that does not verify is an error even where none is asked for. The
// package fetches nothing and asks nobody.
package trust

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/sshsig"
)

// Key is a key that may sign.
type Key struct {
	Public  ssh.PublicKey
	Comment string // whose it is, as the list says
}

// Entry is one entry of a trust list: which keys sign what comes from the
// sources that match.
type Entry struct {
	Pattern  source.Pattern
	Keys     []Key
	Required bool // what is not signed by one of the keys is refused
}

// List is the trust list of a manifest.
type List []Entry

// Read reads a trust list, strictly.
func Read(r *document.Reader, n document.Node) List {
	var out List
	for _, item := range r.Items(n, "trust") {
		var e Entry
		var given bool
		r.Fields(item, "an entry of trust", map[string]func(document.Node){
			"source": func(n document.Node) {
				var err error
				given = true
				if e.Pattern, err = source.ParsePattern(r.String(n, "source")); err != nil {
					fail(r, n, err)
				}
			},
			"keys": func(n document.Node) {
				for _, item := range r.Items(n, "keys") {
					key, comment, err := sshsig.ParseKey(r.String(item, "a key"))
					if err != nil {
						r.Fail(item, "the key "+err.Error(), "one line of a .pub file, e.g. ssh-ed25519 AAAA… alice@acme.com")
						continue
					}
					e.Keys = append(e.Keys, Key{key, comment})
				}
			},
			"require-signature": func(n document.Node) { e.Required = r.Bool(n, "require-signature") },
		})
		switch {
		case !given:
			r.Fail(item, "an entry of trust needs a source", "e.g. source: git+https://github.com/acme/*")
		case len(e.Keys) == 0:
			r.Fail(item, "an entry of trust needs keys", "lines of .pub files, e.g. ssh-ed25519 AAAA… alice@acme.com")
		}
		out = append(out, e)
	}
	return out
}

func fail(r *document.Reader, n document.Node, err error) {
	for _, e := range diag.All(err) {
		r.Fail(n, e.Msg, e.Hint)
	}
}

// keys returns the keys for a source, whether a signature is required, and
// whether any entry speaks of the source.
func (l List) keys(s source.Source) (keys []Key, required, named bool) {
	for _, e := range l {
		if e.Pattern.Match(s) {
			keys, required, named = append(keys, e.Keys...), required || e.Required, true
		}
	}
	return keys, required, named
}

// Names reports whether an entry speaks of the source, so that its signature has to be
// known.
func (l List) Names(s source.Source) bool {
	_, _, named := l.keys(s)
	return named
}

// Proof is what came with templates and says who made them. It is kept as it
// came, and judged anew each time.
type Proof struct {
	Tag       []byte // git: the tag's object, where the version is an annotated tag
	Commit    []byte // git: the commit's object
	Signature []byte // OCI: an armoured signature of Statement(digest)
}

// Namespaces of signatures: what a signature was made for, so that one cannot
// stand for another.
const (
	gitNamespace = "git"
	Namespace    = "svcgen"
)

// Statement is what is signed where svcgen signs templates itself: their content
// digest (h1).
func Statement(digest string) []byte { return []byte("svcgen templates " + digest + "\n") }

// Verdict says who signed.
type Verdict struct {
	Signed      bool   // a signature was found, and fits
	Known       bool   // by a key of the list
	Required    bool   // the list asks for a signature
	Named       bool   // the list speaks of the source
	By          string // the comment of the list's key; "" where it is not in the list
	Fingerprint string // of the key
	What        string // what was signed: the tag v1.0.0, the commit, the templates
	Other       bool   // there is a signature of a kind that is not checked
}

// String is the verdict in words.
func (v Verdict) String() string {
	switch {
	case v.Known:
		who := v.Fingerprint
		if v.By != "" {
			who = v.By + " (" + who + ")"
		}
		return v.What + " is signed by " + who + ", whom the trust list names"
	case v.Signed:
		return v.What + " is signed by the key " + v.Fingerprint + ", which no trust list names"
	case v.Other:
		return "signed, but not with an SSH key: svcgen does not check it"
	}
	return "not signed"
}

// Refused is that templates may not be used. No command goes on without them, as
// it may where they are only missing.
type Refused struct{ Why *diag.Error }

func (e *Refused) Error() string { return e.Why.Error() }

// Unwrap makes it an error that a person can mend.
func (e *Refused) Unwrap() error { return e.Why }

// Judge checks the proof of templates that came from s and have the content
// digest. What the list does not allow is an error, as is a signature that does
// not fit, whatever the list says.
func (l List) Judge(s source.Source, digest string, p Proof) (Verdict, error) {
	keys, required, named := l.keys(s)
	v := Verdict{Required: required, Named: named}
	refuse := func(hint, format string, args ...any) (Verdict, error) {
		return v, &Refused{(&diag.Error{Msg: fmt.Sprintf("%s: %s", s, fmt.Sprintf(format, args...))}).WithHint("%s", hint)}
	}
	signatures, other, err := p.signatures(s, digest)
	if err != nil {
		return refuse("", "%v", err)
	}
	v.Other = other
	for _, sig := range signatures {
		key, err := sshsig.Verify(sig.text, sig.message, sig.namespace)
		if err != nil {
			return refuse("ask those who made it; somebody may have changed it", "the signature of %s is wrong: %v", sig.what, err)
		}
		if v.Known || sig.aside {
			continue // it fits; another one says who
		}
		v.Signed, v.What, v.Fingerprint = true, sig.what, ssh.FingerprintSHA256(key)
		for _, k := range keys {
			if bytes.Equal(k.Public.Marshal(), key.Marshal()) {
				v.Known, v.By = true, k.Comment
				break
			}
		}
	}
	switch {
	case v.Known || !named:
		return v, nil
	case v.Signed:
		return refuse("if it is the right one, add it to trust: in the manifest",
			"%s is signed by the key %s, which the trust list does not name", v.What, v.Fingerprint)
	case required && other:
		return refuse("git signs with SSH keys where gpg.format is ssh",
			"the trust list asks for a signature with an SSH key, and this one is of another kind")
	case required:
		return refuse(signHint(s), "the trust list asks for a signature, and there is none")
	}
	return v, nil
}

func signHint(s source.Source) string {
	switch s.Kind {
	case source.Git:
		return "its makers sign with git tag -s or git commit -S, where gpg.format is ssh"
	case source.OCI:
		return "its makers sign with svcgen template push --sign KEY"
	}
	return "a folder has no signature; take the templates from a git repository or a registry"
}

// signature is one signature and what it is said to sign.
type signature struct {
	what          string
	text, message []byte
	namespace     string
	aside         bool // it must fit, and says nothing: a tag's signature says who gave that version out
}

// signatures takes the signatures out of the proof. other: there is one that is
// not of SSH.
func (p Proof) signatures(s source.Source, digest string) (out []signature, other bool, err error) {
	add := func(what string, text, message []byte, namespace string) {
		switch {
		case len(text) == 0:
		case sshsig.Armoured(text):
			out = append(out, signature{what: what, text: text, message: message, namespace: namespace, aside: len(out) > 0 || other})
		default:
			other = true
		}
	}
	if len(p.Tag) > 0 {
		message, text, err := splitTag(p.Tag)
		if err != nil {
			return nil, false, err
		}
		if name := header(message, "tag"); name != s.Version {
			return nil, false, fmt.Errorf("the tag's object says that it is %q, not %q", name, s.Version)
		}
		add("the tag "+s.Version, text, message, gitNamespace)
	}
	if len(p.Commit) > 0 {
		message, text, err := splitCommit(p.Commit)
		if err != nil {
			return nil, false, err
		}
		add("the commit", text, message, gitNamespace)
	}
	if len(p.Signature) > 0 {
		if !sshsig.Armoured(p.Signature) {
			return nil, false, fmt.Errorf("its signature is not one of SSH")
		}
		add("the content", p.Signature, Statement(digest), Namespace)
	}
	return out, other, nil
}

// Target returns the id of the object that a tag's object stands for, and its
// type.
func Target(tag []byte) (id, kind string) { return header(tag, "object"), header(tag, "type") }

// header returns a field of a git object's head. A field that is there twice is
// taken for none: readers would differ in which one counts.
func header(object []byte, name string) string {
	head, _, _ := bytes.Cut(object, []byte("\n\n"))
	found := ""
	for line := range strings.SplitSeq(string(head), "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			if found != "" {
				return ""
			}
			found = value
		}
	}
	return found
}

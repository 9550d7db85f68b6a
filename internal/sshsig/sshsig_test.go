package sshsig

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// signers are one of each type of key that is taken.
func signers(t testing.TB) map[string]ssh.Signer {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	out := map[string]ssh.Signer{}
	for name, key := range map[string]any{"ed25519": ed, "ecdsa": ec, "rsa": rs} {
		s, err := ssh.NewSignerFromKey(key)
		check(t, err)
		out[name] = s
	}
	return out
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestVerifyReadsWhatSignWrites(t *testing.T) {
	for name, s := range signers(t) {
		text, err := Sign(s, []byte("a message"), "git")
		check(t, err)
		key, err := Verify(text, []byte("a message"), "git")
		if err != nil || !bytes.Equal(key.Marshal(), s.PublicKey().Marshal()) {
			t.Errorf("%s: %v, %v", name, key, err)
		}
		if _, err := Verify(text, []byte("another"), "git"); err == nil {
			t.Errorf("%s: a signature of another message is taken", name)
		}
		if _, err := Verify(text, []byte("a message"), "file"); err == nil || !strings.Contains(err.Error(), `made for "git"`) {
			t.Errorf("%s: in another namespace: %v", name, err)
		}
	}
}

// TestEveryBit flips each bit of a signature: none may verify, nor panic.
func TestEveryBit(t *testing.T) {
	text, err := Sign(signers(t)["ed25519"], []byte("m"), "git")
	check(t, err)
	raw, err := dearmour(text)
	check(t, err)
	for i := range raw {
		for bit := range 8 {
			bad := bytes.Clone(raw)
			bad[i] ^= 1 << bit
			if _, err := Verify(armour(bad), []byte("m"), "git"); err == nil {
				t.Fatalf("byte %d, bit %d: taken", i, bit)
			}
		}
	}
	for i := range raw {
		if _, err := Verify(armour(raw[:i]), []byte("m"), "git"); err == nil {
			t.Fatalf("the first %d bytes are taken", i)
		}
	}
	if _, err := Verify(armour(append(bytes.Clone(raw), 0)), []byte("m"), "git"); err == nil {
		t.Fatal("a byte too many is taken")
	}
}

func TestRefuses(t *testing.T) {
	s := signers(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	check(t, err)
	weak, err := ssh.NewSignerFromKey(small)
	check(t, err)
	if _, err := Sign(weak, nil, "git"); err == nil || !strings.Contains(err.Error(), "1024 bits") {
		t.Errorf("a weak key: %v", err)
	}
	make := func(change func(*blob), signer ssh.Signer, algorithm string) []byte {
		sum, _ := hash("sha512", []byte("m"))
		data := ssh.Marshal(signedData("git", "sha512", sum))
		var sig *ssh.Signature
		var err error
		if algorithm != "" {
			sig, err = signer.(ssh.AlgorithmSigner).SignWithAlgorithm(rand.Reader, data, algorithm)
		} else {
			sig, err = signer.Sign(rand.Reader, data)
		}
		check(t, err)
		b := blob{1, string(signer.PublicKey().Marshal()), "git", "", "sha512", string(ssh.Marshal(sig))}
		change(&b)
		return armour(append([]byte(magic), ssh.Marshal(b)...))
	}
	if _, err := Verify(make(func(*blob) {}, s["ed25519"], ""), []byte("m"), "git"); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for _, c := range []struct {
		name, want string
		text       []byte
	}{
		{"empty", "not framed", nil},
		{"pgp", "not framed", []byte("-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----")},
		{"no base64", "not base64", []byte(begin + "\n!!!\n" + end)},
		{"no magic", "does not begin with SSHSIG", []byte(begin + "\n" + base64.StdEncoding.EncodeToString([]byte("hello world")) + "\n" + end)},
		{"huge", "are allowed", bytes.Repeat([]byte("a"), maxText+1)},
		{"another version", "its version is 2", make(func(b *blob) { b.Version = 2 }, s["ed25519"], "")},
		{"reserved", "reserved", make(func(b *blob) { b.Reserved = "x" }, s["ed25519"], "")},
		{"md5", `its hash "md5"`, make(func(b *blob) { b.Algorithm = "md5" }, s["ed25519"], "")},
		{"another hash than signed", "does not fit", make(func(b *blob) { b.Algorithm = "sha256" }, s["ed25519"], "")},
		{"no key", "its key cannot be read", make(func(b *blob) { b.PublicKey = "" }, s["ed25519"], "")},
		{"another's key", "does not fit", make(func(b *blob) { b.PublicKey = string(signers(t)["ed25519"].PublicKey().Marshal()) }, s["ed25519"], "")},
		{"a weak key", "1024 bits", make(func(*blob) {}, weak, ssh.KeyAlgoRSASHA512)},
		{"sha-1", `does not sign with "ssh-rsa"`, make(func(*blob) {}, s["rsa"], ssh.KeyAlgoRSA)},
	} {
		if _, err := Verify(c.text, []byte("m"), "git"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want something with %q", c.name, err, c.want)
		}
	}
	for _, c := range []struct{ line, want string }{
		{"", "is no public key"},
		{"ssh-ed25519", "is no public key"},
		{"ssh-ed25519 AAAA", "is no public key"},
		{`no-pty ` + string(ssh.MarshalAuthorizedKey(s["ecdsa"].PublicKey())), "options"},
		{string(ssh.MarshalAuthorizedKey(s["ecdsa"].PublicKey())) + string(ssh.MarshalAuthorizedKey(s["rsa"].PublicKey())), "more than one line"},
		{string(ssh.MarshalAuthorizedKey(weak.PublicKey())), "1024 bits"},
	} {
		if _, _, err := ParseKey(c.line); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want something with %q", c.line, err, c.want)
		}
	}
}

// TestKeygen checks against OpenSSH itself, both ways.
func TestKeygen(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("ssh-keygen is needed here: ", err)
		}
		t.Skip("ssh-keygen is needed: ", err)
	}
	dir := t.TempDir()
	run := func(stdin string, args ...string) {
		t.Helper()
		cmd := exec.Command(keygen, args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen %v: %v\n%s", args, err, out)
		}
	}
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		run("", "-q", "-t", kind, "-N", "", "-C", "alice", "-f", kind)
		check(t, os.WriteFile(filepath.Join(dir, "message"), []byte("hello\n"), 0o666))
		run("", "-q", "-Y", "sign", "-f", kind, "-n", "git", "message")
		sig, err := os.ReadFile(filepath.Join(dir, "message.sig"))
		check(t, err)
		check(t, os.Remove(filepath.Join(dir, "message.sig")))
		pub, err := os.ReadFile(filepath.Join(dir, kind+".pub"))
		check(t, err)
		want, comment, err := ParseKey(string(pub))
		check(t, err)
		got, err := Verify(sig, []byte("hello\n"), "git")
		if err != nil || !bytes.Equal(got.Marshal(), want.Marshal()) || comment != "alice" {
			t.Errorf("%s: OpenSSH's signature: %v", kind, err)
		}
		private, err := os.ReadFile(filepath.Join(dir, kind))
		check(t, err)
		signer, err := ssh.ParsePrivateKey(private)
		check(t, err)
		own, err := Sign(signer, []byte("hello\n"), "svcgen")
		check(t, err)
		check(t, os.WriteFile(filepath.Join(dir, "own.sig"), own, 0o666))
		check(t, os.WriteFile(filepath.Join(dir, "allowed"), append([]byte("alice "), pub...), 0o666))
		run("hello\n", "-q", "-Y", "verify", "-f", "allowed", "-I", "alice", "-n", "svcgen", "-s", "own.sig")
	}
}

func FuzzVerify(f *testing.F) {
	text, err := Sign(signers(f)["ed25519"], []byte("m"), "git")
	check(f, err)
	f.Add(text)
	f.Add([]byte(begin + "\n" + end))
	f.Add(armour([]byte(magic + "\x00\x00\x00\x01")))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := Verify(text, []byte("another message"), "git")
		if (key == nil) == (err == nil) {
			t.Fatalf("key %v, error %v", key, err)
		}
		if err == nil {
			t.Fatalf("a signature was made up:\n%s", text)
		}
	})
}

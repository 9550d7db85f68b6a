// Package sshsig reads, checks and makes signatures with SSH keys, as git and
// ssh-keygen -Y do: OpenSSH's PROTOCOL.sshsig.
//
// It knows no list of keys and decides nothing about trust: it says which key
// made a signature. Certificates, DSA keys and SHA-1 are refused.
package sshsig

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

const (
	begin   = "-----BEGIN SSH SIGNATURE-----"
	end     = "-----END SSH SIGNATURE-----"
	magic   = "SSHSIG"
	version = 1
	maxText = 64 << 10
	minRSA  = 2048 // bits
)

// blob is what the armour holds, after the magic.
type blob struct {
	Version                                              uint32
	PublicKey, Namespace, Reserved, Algorithm, Signature string
}

// keyTypes are the types of keys that may sign, and the formats of their
// signatures.
var keyTypes = map[string][]string{
	ssh.KeyAlgoED25519:    {ssh.KeyAlgoED25519},
	ssh.KeyAlgoSKED25519:  {ssh.KeyAlgoSKED25519},
	ssh.KeyAlgoECDSA256:   {ssh.KeyAlgoECDSA256},
	ssh.KeyAlgoECDSA384:   {ssh.KeyAlgoECDSA384},
	ssh.KeyAlgoECDSA521:   {ssh.KeyAlgoECDSA521},
	ssh.KeyAlgoSKECDSA256: {ssh.KeyAlgoSKECDSA256},
	ssh.KeyAlgoRSA:        {ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512},
}

// Armoured reports whether text begins as a signature of this kind does.
func Armoured(text []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(text), []byte(begin)) }

// Verify checks that text, an armoured signature, is one of message in the
// namespace, and returns the key that made it. Whether that key may sign is for
// the caller to know.
func Verify(text, message []byte, namespace string) (ssh.PublicKey, error) {
	raw, err := dearmour(text)
	if err != nil {
		return nil, err
	}
	rest, ok := bytes.CutPrefix(raw, []byte(magic))
	if !ok {
		return nil, errors.New("it does not begin with " + magic)
	}
	var b blob
	if err := ssh.Unmarshal(rest, &b); err != nil {
		return nil, errors.New("its parts cannot be read")
	}
	switch {
	case b.Version != version:
		return nil, fmt.Errorf("its version is %d; %d is known", b.Version, version)
	case b.Namespace != namespace:
		return nil, fmt.Errorf("it was made for %q, not for %q", b.Namespace, namespace)
	case b.Reserved != "":
		return nil, errors.New("it has a part that is reserved")
	}
	sum, err := hash(b.Algorithm, message)
	if err != nil {
		return nil, err
	}
	key, err := ssh.ParsePublicKey([]byte(b.PublicKey))
	if err != nil {
		return nil, errors.New("its key cannot be read")
	}
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	var sig ssh.Signature
	if err := ssh.Unmarshal([]byte(b.Signature), &sig); err != nil {
		return nil, errors.New("the signature in it cannot be read")
	}
	if !slices.Contains(keyTypes[key.Type()], sig.Format) {
		return nil, fmt.Errorf("a key of type %s does not sign with %q", key.Type(), sig.Format)
	}
	if strings.HasPrefix(key.Type(), "sk-") && (len(sig.Rest) < 1 || sig.Rest[0]&1 == 0) {
		return nil, errors.New("nobody touched the security key that made it")
	}
	if err := key.Verify(ssh.Marshal(signedData(namespace, b.Algorithm, sum)), &sig); err != nil {
		return nil, errors.New("it does not fit what it is said to sign")
	}
	return key, nil
}

// signedData is the structure that is signed: ssh.Marshal writes no bare bytes
// in front, so that the magic is an array.
func signedData(namespace, algorithm string, sum []byte) any {
	return struct {
		Magic                                [6]byte
		Namespace, Reserved, Algorithm, Hash string
	}{[6]byte([]byte(magic)), namespace, "", algorithm, string(sum)}
}

func hash(algorithm string, message []byte) ([]byte, error) {
	switch algorithm {
	case "sha512":
		s := sha512.Sum512(message)
		return s[:], nil
	case "sha256":
		s := sha256.Sum256(message)
		return s[:], nil
	}
	return nil, fmt.Errorf("its hash %q is not known", algorithm)
}

// CheckKey refuses keys that are of no use for signatures today.
func CheckKey(key ssh.PublicKey) error {
	if _, ok := keyTypes[key.Type()]; !ok {
		return fmt.Errorf("keys of type %s are not taken", key.Type())
	}
	if c, ok := key.(ssh.CryptoPublicKey); ok {
		if r, ok := c.CryptoPublicKey().(*rsa.PublicKey); ok && r.N.BitLen() < minRSA {
			return fmt.Errorf("the RSA key has %d bits; %d are needed", r.N.BitLen(), minRSA)
		}
	}
	return nil
}

// ParseKey reads a public key as it stands in a .pub file: type, key and, if it
// has one, a comment. Options before it, as authorized_keys has, are refused:
// they would look as if they limited something.
func ParseKey(line string) (key ssh.PublicKey, comment string, err error) {
	key, comment, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		return nil, "", errors.New("is no public key of SSH")
	case len(options) > 0:
		return nil, "", errors.New("has options before the key, which have no meaning here")
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, "", errors.New("has more than one line")
	}
	return key, comment, CheckKey(key)
}

// Sign makes an armoured signature of message in the namespace.
func Sign(signer ssh.Signer, message []byte, namespace string) ([]byte, error) {
	key := signer.PublicKey()
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	const algorithm = "sha512"
	sum, err := hash(algorithm, message)
	if err != nil {
		return nil, err
	}
	data := ssh.Marshal(signedData(namespace, algorithm, sum))
	var sig *ssh.Signature
	if with, ok := signer.(ssh.AlgorithmSigner); ok && key.Type() == ssh.KeyAlgoRSA {
		sig, err = with.SignWithAlgorithm(rand.Reader, data, ssh.KeyAlgoRSASHA512)
	} else {
		sig, err = signer.Sign(rand.Reader, data)
	}
	if err != nil {
		return nil, err
	}
	raw := append([]byte(magic), ssh.Marshal(blob{version, string(key.Marshal()), namespace, "", algorithm, string(ssh.Marshal(sig))})...)
	return armour(raw), nil
}

func armour(raw []byte) []byte {
	var b bytes.Buffer
	b.WriteString(begin + "\n")
	for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(raw)), 70) {
		b.Write(line)
		b.WriteByte('\n')
	}
	b.WriteString(end + "\n")
	return b.Bytes()
}

// dearmour returns the bytes between the lines that frame them. Nothing may
// stand before or behind.
func dearmour(text []byte) ([]byte, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("it has %d bytes; %d are allowed", len(text), maxText)
	}
	body := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))
	body, ok := strings.CutPrefix(body, begin+"\n")
	body, ok2 := strings.CutSuffix(body, "\n"+end)
	if !ok || !ok2 {
		return nil, errors.New("it is not framed as a signature of SSH")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(strings.ReplaceAll(body, "\n", ""))
	if err != nil {
		return nil, errors.New("it is not base64")
	}
	return raw, nil
}

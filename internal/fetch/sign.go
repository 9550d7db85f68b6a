package fetch

import (
	"bytes"
	"errors"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/sshsig"
	"github.com/svcgen/svcgen/internal/trust"
)

// Sign signs the digest of templates with the key in file: a private key without
// a passphrase, or a public key whose private one the SSH agent has.
func (f Fetcher) Sign(file, digest string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, diag.Errorf("the key cannot be read: %v", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return nil, diag.Errorf("the key %s has a passphrase", file).WithHint("ssh-add %s, then --sign %s.pub", file, file)
	case err == nil:
	default:
		key, _, kerr := sshsig.ParseKey(string(data))
		if kerr != nil {
			return nil, diag.Errorf("%s is no key of SSH", file).WithHint("a private key, or a public one whose private key ssh-add added")
		}
		signer, err = f.agent(file, key)
		if err != nil {
			return nil, err
		}
	}
	text, err := sshsig.Sign(signer, trust.Statement(digest), trust.Namespace)
	if err != nil {
		return nil, diag.Errorf("the key %s cannot sign: %v", file, err)
	}
	return text, nil
}

// agent finds the private key of key in the SSH agent.
func (f Fetcher) agent(file string, key ssh.PublicKey) (ssh.Signer, error) {
	none := diag.Errorf("the SSH agent does not have the private key of %s", file).WithHint("ssh-add adds it")
	at := f.env("SSH_AUTH_SOCK")
	if at == "" {
		return nil, none
	}
	conn, err := net.Dial("unix", at)
	if err != nil {
		return nil, none
	}
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		return nil, none
	}
	for _, s := range signers {
		if bytes.Equal(s.PublicKey().Marshal(), key.Marshal()) {
			return s, nil
		}
	}
	return nil, none
}

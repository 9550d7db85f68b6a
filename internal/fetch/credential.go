package fetch

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"oras.land/oras-go/v2/registry/remote/auth"
)

// dockerConfig is the part of Docker's config.json that holds passwords itself.
type dockerConfig struct {
	Auths map[string]struct {
		Auth          string `json:"auth"`
		IdentityToken string `json:"identitytoken"`
	} `json:"auths"`
	CredsStore  string            `json:"credsStore"`
	CredHelpers map[string]string `json:"credHelpers"`
}

const maxConfig = 1 << 20

// docker reads Docker's configuration; what cannot be read is no configuration:
// the registry then says that it wants a password.
func (f Fetcher) docker() (c dockerConfig, at string) {
	dir := f.env("DOCKER_CONFIG")
	if dir == "" {
		home := f.env("HOME")
		if home == "" {
			home = f.env("USERPROFILE")
		}
		if home == "" {
			return c, ""
		}
		dir = filepath.Join(home, ".docker")
	}
	at = filepath.Join(dir, "config.json")
	info, err := os.Stat(at)
	if err != nil || info.Size() > maxConfig {
		return c, at
	}
	data, err := os.ReadFile(at)
	if err != nil || json.Unmarshal(data, &c) != nil {
		return dockerConfig{}, at
	}
	return c, at
}

// credential is what the registry at host is given if it asks: the user and
// password of the environment, which are for one named host, or those that
// docker login wrote down. No credential helper is run.
func (f Fetcher) credential(host string) auth.Credential {
	if h := f.env("SVCGEN_REGISTRY"); h != "" && strings.EqualFold(h, host) {
		return auth.Credential{Username: f.env("SVCGEN_REGISTRY_USER"), Password: f.env("SVCGEN_REGISTRY_PASSWORD")}
	}
	c, _ := f.docker()
	for _, key := range repositoryHost(host) {
		a, ok := c.Auths[key]
		if !ok {
			continue
		}
		if a.IdentityToken != "" {
			return auth.Credential{RefreshToken: a.IdentityToken}
		}
		raw, err := base64.StdEncoding.DecodeString(a.Auth)
		if user, password, ok := strings.Cut(string(raw), ":"); err == nil && ok {
			return auth.Credential{Username: user, Password: strings.TrimRight(password, "\x00")}
		}
	}
	return auth.EmptyCredential
}

// credentialHint says how a registry that refuses can be given a password.
func (f Fetcher) credentialHint(host string) string {
	const env = "SVCGEN_REGISTRY=HOST, SVCGEN_REGISTRY_USER and SVCGEN_REGISTRY_PASSWORD give a user and a password"
	c, at := f.docker()
	if c.CredsStore != "" || c.CredHelpers[host] != "" {
		return at + " leaves the password to a helper program, and svcgen runs none\n" + env
	}
	return "docker login " + host + " writes a password down\n" + env
}

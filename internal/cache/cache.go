// Package cache keeps what was fetched, by its digest, in the user's cache
// folder, so that everything afterwards works without a network.
//
// What is kept is never believed: each reading computes the digest anew, and the
// caller judges the proof anew. An entry is one file that is renamed into place
// when it is whole; many svcgens may read and write at once without a lock,
// since all of them would write the same bytes. The folder may be deleted at any
// time. The package fetches nothing.
package cache

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/svcgen/svcgen/internal/archive"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/trust"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Dir is a cache. The empty one has no place: nothing is in it, and storing
// fails.
type Dir string

// Limits of what is unpacked: those of a source.
var Limits = archive.Limits{Files: 2 * source.MaxFiles, File: source.MaxFile, Total: source.MaxBytes}

// The errors of Load.
var (
	ErrMissing = errors.New("not in the cache")
	ErrChanged = errors.New("the entry in the cache was changed")
)

// Record says where an entry came from: one for each source that brought it.
type Record struct {
	Version  int         `json:"version"`
	Source   string      `json:"source"` // with its version
	Digest   string      `json:"digest"`
	Commit   string      `json:"commit,omitempty"`   // git
	Manifest string      `json:"manifest,omitempty"` // OCI: the manifest's digest
	Proof    trust.Proof `json:"proof"`
}

const (
	recordVersion = 1
	maxRecord     = 1 << 20
)

// file is the name of an entry, without its ending.
func file(digest string) (string, error) {
	sum, ok := strings.CutPrefix(digest, "h1:")
	raw, err := base64.StdEncoding.Strict().DecodeString(sum)
	if !ok || err != nil || len(raw) != sha256.Size {
		return "", fmt.Errorf("%q is not a digest", digest)
	}
	return hex.EncodeToString(raw), nil
}

// record is the name of a record's file.
func record(name, from string) string {
	sum := sha256.Sum256([]byte(from))
	return path.Join("origins", name, hex.EncodeToString(sum[:8])+".json")
}

func entry(name string) string { return path.Join("sets", name+".tar") }

// Load returns the files with the digest, after checking that they have it.
func (d Dir) Load(digest string) (tree.Tree, error) {
	name, err := file(digest)
	if err != nil {
		return nil, err
	}
	data, err := d.read(entry(name), Limits.Total+int64(Limits.Files)*4096)
	if err != nil {
		return nil, err
	}
	files, err := archive.Unpack(data, Limits)
	if err != nil {
		return nil, ErrChanged
	}
	if got, err := workspace.Digest(files); err != nil || got != digest {
		return nil, ErrChanged
	}
	return files, nil
}

// Record returns where the entry came from, or ErrMissing where it did not come from that
// source.
func (d Dir) Record(digest, from string) (Record, error) {
	var r Record
	name, err := file(digest)
	if err != nil {
		return r, err
	}
	data, err := d.read(record(name, from), maxRecord)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil || r.Source != from || r.Digest != digest || r.Version != recordVersion {
		return Record{}, ErrChanged
	}
	return r, nil
}

func (d Dir) read(name string, most int64) ([]byte, error) {
	if d == "" {
		return nil, ErrMissing
	}
	root, err := os.OpenRoot(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Lstat(filepath.FromSlash(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrMissing
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > most:
		return nil, ErrChanged
	}
	return root.ReadFile(filepath.FromSlash(name))
}

// Store keeps files, whose digest is r's, and where they came from.
func (d Dir) Store(files tree.Tree, r Record) error {
	if d == "" {
		return errors.New("there is no folder for a cache: neither HOME nor XDG_CACHE_HOME says where")
	}
	name, err := file(r.Digest)
	if err != nil {
		return err
	}
	data, err := archive.Pack(files)
	if err != nil {
		return err
	}
	r.Version = recordVersion
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return err
	}
	defer root.Close()
	if err := put(root, entry(name), data); err != nil {
		return err
	}
	return put(root, record(name, r.Source), text)
}

// put writes a file beside its place and renames it. Where another svcgen was
// quicker, and the system does not replace an open file, what is there counts:
// readers check it anyway.
func put(root *os.Root, name string, data []byte) error {
	dir, to := filepath.FromSlash(path.Dir(name)), filepath.FromSlash(name)
	if err := root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp := filepath.Join(dir, ".new-"+strings.ToLower(rand.Text()))
	if err := root.WriteFile(temp, data, 0o600); err != nil {
		_ = root.Remove(temp)
		return err
	}
	err := root.Rename(temp, to)
	if err != nil {
		_ = root.Remove(temp)
		if now, rerr := root.ReadFile(to); rerr == nil && string(now) == string(data) {
			return nil
		}
	}
	return err
}

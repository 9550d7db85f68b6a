// Package web serves a built front-end: the files of a folder, or the page that
// is built in.
//
// All files are read when the gateway starts, and again never: nothing outside of
// them can be asked for, no folder can be listed, and a link leads nowhere. A path
// that is no file is the front-end's own business, and gets index.html, if a
// person's browser asks for a page.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"time"
)

// maxSize bounds what the files may take in memory, in bytes.
const maxSize = 64 << 20

const index = "index.html"

//go:embed site
var site embed.FS

// Site is a front-end, ready to be served.
type Site struct{ files map[string]*file }

type file struct {
	kind, etag, cache string
	plain, packed     []byte // packed: with gzip; nil where that gains nothing
}

// Open reads the front-end in the folder dir; "" is the page that is built in.
func Open(dir string) (*Site, error) {
	if dir == "" {
		sub, err := fs.Sub(site, "site")
		if err != nil {
			return nil, err
		}
		return read(sub)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	s, err := read(root.FS())
	if err != nil {
		return nil, fmt.Errorf("the front-end in %s: %w", dir, err)
	}
	return s, nil
}

func read(fsys fs.FS) (*Site, error) {
	s, size := &Site{files: map[string]*file{}}, 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil // .env and the like
		case !d.Type().IsRegular(), strings.HasSuffix(name, ".map"):
			return nil // source maps are for whoever builds it
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if size += len(data); size > maxSize {
			return fmt.Errorf("it has more than %d MiB", maxSize>>20)
		}
		s.files[name] = newFile(name, data)
		return nil
	})
	if err == nil && s.files[index] == nil {
		err = errors.New("there is no " + index + "; build it first")
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// hashed are the names that a bundler makes from what is in the files: a changed
// file has another name.
var hashed = regexp.MustCompile(`^assets/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9.]+$`)

func newFile(name string, data []byte) *file {
	sum := sha256.Sum256(data)
	f := &file{
		plain: data,
		kind:  kindOf(name),
		etag:  `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		cache: "no-cache", // kept, and asked for again each time
	}
	if hashed.MatchString(name) {
		f.cache = "public, max-age=31536000, immutable"
	}
	if compressible(f.kind) && len(data) > 1<<10 {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err == nil {
			_, _ = z.Write(data) // neither fails on a buffer
			_ = z.Close()
		}
		if err == nil && b.Len() < len(data)*9/10 {
			f.packed = b.Bytes()
		}
	}
	return f
}

// kinds are media types by ending: those of the machine differ.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".png": "image/png", ".jpg": "image/jpeg",
	".webp": "image/webp", ".avif": "image/avif", ".ico": "image/x-icon", ".wasm": "application/wasm", ".xml": "application/xml",
}

func kindOf(name string) string {
	ending := strings.ToLower(path.Ext(name))
	if k, ok := kinds[ending]; ok {
		return k
	}
	if k := mime.TypeByExtension(ending); k != "" {
		return k
	}
	return "application/octet-stream"
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/json") || strings.Contains(kind, "xml") ||
		strings.HasPrefix(kind, "application/manifest") || strings.HasPrefix(kind, "application/wasm")
}

// Has reports whether the request is for the front-end.
func (s *Site) Has(r *http.Request) bool { return s.find(r) != nil }

// find is the file that answers r, or nil.
func (s *Site) find(r *http.Request) *file {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if f := s.files[name]; f != nil {
		return f
	}
	if name == "" {
		return s.files[index]
	}
	// A missing script must not come back as a page.
	if path.Ext(name) == "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		return s.files[index]
	}
	return nil
}

// ServeHTTP answers a request that Has has said yes to.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := s.find(r)
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", f.cache)
	data, etag := f.plain, f.etag
	if f.packed != nil {
		h.Add("Vary", "Accept-Encoding")
		if accepts(r.Header.Get("Accept-Encoding"), "gzip") && r.Header.Get("Range") == "" {
			data, etag = f.packed, strings.TrimSuffix(f.etag, `"`)+`-gzip"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Etag", etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// accepts reports whether a client takes the encoding (RFC 9110, section 12.5.3).
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var script = strings.Repeat("console.log('a line of a script');\n", 100)

// built is a folder as a bundler leaves it, with what must not be served.
func built(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "dist")
	for name, text := range map[string]string{
		"index.html": "<!doctype html><title>built</title>", "assets/index-B1x9_aZ2.js": script, "assets/index-B1x9_aZ2.js.map": "{}",
		"favicon.svg": "<svg/>", ".env": "SECRET=1", "../outside.txt": "outside",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	_ = os.Symlink("../outside.txt", filepath.Join(dir, "link.txt")) // Windows may refuse
	return dir
}

func fetch(s *Site, method, path string, header ...string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(method, "/", nil)
	r.URL.Path = path // as it comes from a client: not cleaned
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	if s.find(r) == nil {
		w.WriteHeader(http.StatusNotFound)
		return w
	}
	s.ServeHTTP(w, r)
	return w
}

func TestFiles(t *testing.T) {
	s, err := Open(built(t))
	if err != nil {
		t.Fatal(err)
	}
	const forever = "public, max-age=31536000, immutable"
	for _, c := range []struct {
		method, path, header string
		status               int
		kind, cache, body    string
	}{
		{"GET", "/", "", 200, "text/html; charset=utf-8", "no-cache", "<title>built"},
		{"GET", "/index.html", "", 200, "text/html; charset=utf-8", "no-cache", "<title>built"},
		{"HEAD", "/", "", 200, "text/html; charset=utf-8", "no-cache", ""},
		{"GET", "/assets/index-B1x9_aZ2.js", "", 200, "text/javascript; charset=utf-8", forever, "console"},
		{"GET", "/favicon.svg", "", 200, "image/svg+xml", "no-cache", "<svg"},
		{"GET", "/orders/7", "Accept: text/html,*/*", 200, "text/html; charset=utf-8", "no-cache", "<title>built"},
		{"GET", "/orders/7", "Accept: application/json", 404, "", "", ""},
		{"GET", "/assets/gone-A1x9_aZ2.js", "Accept: text/html", 404, "", "", ""},
		{"GET", "/assets/", "", 404, "", "", ""},
		{"GET", "/assets", "", 404, "", "", ""},
		{"POST", "/", "", 404, "", "", ""},
		{"GET", "/.env", "", 404, "", "", ""},
		{"GET", "/link.txt", "", 404, "", "", ""},
		{"GET", "/../outside.txt", "", 404, "", "", ""},
		{"GET", "/assets/../../outside.txt", "", 404, "", "", ""},
		{"GET", "/assets/index-B1x9_aZ2.js.map", "", 404, "", "", ""},
	} {
		w := fetch(s, c.method, c.path, c.header)
		h := w.Header()
		if w.Code != c.status || h.Get("Content-Type") != c.kind || h.Get("Cache-Control") != c.cache || !strings.Contains(w.Body.String(), c.body) {
			t.Errorf("%s %s %s: %d %v %.60s", c.method, c.path, c.header, w.Code, h, w.Body)
		}
	}
}

func TestUnchangedIsNotSentAgain(t *testing.T) {
	s, err := Open(built(t))
	if err != nil {
		t.Fatal(err)
	}
	etag := fetch(s, "GET", "/").Header().Get("Etag")
	if w := fetch(s, "GET", "/", "If-None-Match: "+etag); etag == "" || w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("with the ETag %s: %d, %s", etag, w.Code, w.Body)
	}
}

func TestCompression(t *testing.T) {
	s, err := Open(built(t))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{"": "", "gzip": "gzip", "br, gzip;q=0.8": "gzip", "gzip;q=0": "", "br": ""} {
		w := fetch(s, "GET", "/assets/index-B1x9_aZ2.js", "Accept-Encoding: "+header)
		body := io.Reader(bytes.NewReader(w.Body.Bytes()))
		if w.Header().Get("Content-Encoding") == "gzip" {
			if body, err = gzip.NewReader(body); err != nil {
				t.Fatal(err)
			}
		}
		text, err := io.ReadAll(body)
		if err != nil || string(text) != script || w.Header().Get("Content-Encoding") != want || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %v, %d bytes, %v", header, w.Header(), len(text), err)
		}
	}
}

func TestWithoutAFrontEnd(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		if _, err := Open(dir); err == nil {
			t.Errorf("%s: no error", dir)
		}
	}
}

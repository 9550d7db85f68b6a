package main_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// stall is a registry that answers as it is told, with whatever is false.
type stall struct {
	manifest []byte // of every tag
	kind     string
	blobs    map[string][]byte // by digest
	first    http.HandlerFunc  // asked before everything else; it answers, or leaves it by setting nothing
}

func (s *stall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.first != nil {
		s.first(w, r)
		return
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/tags/list"):
		fmt.Fprint(w, `{"name":"evil","tags":["1.0.0"]}`)
	case strings.Contains(r.URL.Path, "/manifests/"):
		w.Header().Set("Content-Type", s.kind)
		w.Header().Set("Docker-Content-Digest", sum(s.manifest))
		w.Header().Set("Content-Length", fmt.Sprint(len(s.manifest)))
		if r.Method != http.MethodHead {
			w.Write(s.manifest)
		}
	case strings.Contains(r.URL.Path, "/blobs/"):
		data, ok := s.blobs[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Write(data)
	default:
		http.NotFound(w, r)
	}
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(s[:])
}

const (
	artifactType = "application/vnd.svcgen.templates.v1"
	layerType    = "application/vnd.svcgen.templates.v1.tar+gzip"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
)

// layer describes a blob in a manifest.
type layer struct {
	MediaType string   `json:"mediaType"`
	Digest    string   `json:"digest"`
	Size      int64    `json:"size"`
	URLs      []string `json:"urls,omitempty"`
}

// artifact is a registry with one artifact whose layer is data. change may make
// its manifest false.
func artifact(data []byte, change func(s *stall, m map[string]any, l *layer)) func(testing.TB) string {
	return func(t testing.TB) string {
		s := &stall{kind: manifestType, blobs: map[string][]byte{sum(data): data, sum([]byte("{}")): []byte("{}")}}
		l := layer{MediaType: layerType, Digest: sum(data), Size: int64(len(data))}
		m := map[string]any{"schemaVersion": 2, "mediaType": manifestType, "artifactType": artifactType,
			"config": layer{MediaType: "application/vnd.oci.empty.v1+json", Digest: sum([]byte("{}")), Size: 2}}
		if change != nil {
			change(s, m, &l)
		}
		if m["layers"] == nil {
			m["layers"] = []layer{l}
		}
		var err error
		if s.manifest == nil {
			if s.manifest, err = json.Marshal(m); err != nil {
				t.Fatal(err)
			}
		}
		srv := httptest.NewServer(s)
		t.Cleanup(srv.Close)
		return "oci://" + strings.TrimPrefix(srv.URL, "http://") + "/evil:1.0.0"
	}
}

// answering is a registry that answers with a function of its own.
func answering(h http.HandlerFunc) func(testing.TB) string {
	return artifact(nil, func(s *stall, _ map[string]any, _ *layer) { s.first = h })
}

// packed is a compressed archive with a small template and more.
func packed(more ...tar.Header) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	add := func(h tar.Header, data string) {
		h.Size = int64(len(data))
		if err := w.WriteHeader(&h); err != nil {
			panic(err)
		}
		if _, err := w.Write([]byte(data)); err != nil {
			panic(err)
		}
	}
	add(tar.Header{Typeflag: tar.TypeReg, Name: "template.yaml", Mode: 0o644}, smallTemplate)
	add(tar.Header{Typeflag: tar.TypeReg, Name: "base/hello.txt", Mode: 0o644}, "hello\n")
	for _, h := range more {
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		add(h, "")
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// bomb is n megabytes of zeros in a file of an archive, compressed.
func bomb(n int64) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "base/zeros", Size: n << 20}); err != nil {
		panic(err)
	}
	zeros := make([]byte, 1<<20)
	for range n {
		if _, err := w.Write(zeros); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

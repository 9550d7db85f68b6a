package rpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strings"
	"testing"
)

// What never gets to a method is answered, logged and counted all the same.
func TestRefused(t *testing.T) {
	s := newTestServer(t, with(func(context.Context, string) error { return nil }))
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte{'a'}, 4<<20))
	_ = z.Close()
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		code, method2            string // as the log tells them
	}{
		{"no such path", "GET", "/v1/" + secret, "", nil, http.StatusNotFound, "unimplemented", "unmatched"},
		{"no such method", "POST", "/test.v1.TestService/" + secret, "{}", nil, http.StatusNotImplemented, "unimplemented", "unmatched"},
		{"not POST", "PUT", unaryPath, `{}`, nil, http.StatusMethodNotAllowed, "unimplemented", unaryPath[1:]},
		{"not a media type", "POST", unaryPath, secret, []string{"Content-Type: text/plain"}, http.StatusUnsupportedMediaType, "unimplemented", unaryPath[1:]},
		{"not JSON", "POST", unaryPath, "{" + secret, nil, http.StatusBadRequest, "invalid_argument", unaryPath[1:]},
		{"not that", "POST", unaryPath, `{"` + secret + `":1}`, nil, http.StatusBadRequest, "invalid_argument", unaryPath[1:]},
		{"not protobuf", "POST", unaryPath, "\xff" + secret, []string{"Content-Type: application/proto"}, http.StatusBadRequest, "invalid_argument", unaryPath[1:]},
		{"too large", "POST", unaryPath, strings.Repeat("a", 2<<20), []string{"Content-Type: application/proto"}, http.StatusTooManyRequests, "resource_exhausted", unaryPath[1:]},
		{"too large, compressed", "POST", unaryPath, bomb.String(), []string{"Content-Type: application/proto", "Content-Encoding: gzip"}, http.StatusTooManyRequests, "resource_exhausted", unaryPath[1:]},
		{"a gRPC method that there is not", "POST", "/test.v1.TestService/No", "", []string{"Content-Type: application/grpc"}, http.StatusOK, "unimplemented", "unmatched"},
		{"gRPC that is none", "POST", unaryPath, "\x00\x00\x00\x00\x02\xff\xff", []string{"Content-Type: application/grpc"}, http.StatusOK, "invalid_argument", unaryPath[1:]},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(s.log.String())
			w := s.do(t, c.method, c.path, c.body, c.header...)
			if w.Code != c.status {
				t.Errorf("the answer is %d, want %d: %s", w.Code, c.status, w.Body)
			}
			line := s.log.String()[before:]
			if want := `"msg":"call","method":"` + c.method2 + `","code":"` + c.code + `"`; !strings.Contains(strings.ReplaceAll(line, `"service":"test","version":"test",`, ""), want) {
				t.Errorf("the log lacks %s:\n%s", want, line)
			}
			if strings.Contains(line, secret) {
				t.Errorf("the log repeats what was sent: %s", line)
			}
		})
	}
}

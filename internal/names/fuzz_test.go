package names

import (
	"go/token"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzRoute holds that a path which is accepted can be served by net/http as it
// stands, that its example is answered by it, and that the operation's name is one
// that Go takes.
func FuzzRoute(f *testing.F) {
	for _, p := range []string{"", "/", "/v1/payments/{id}/refund", "/a/{b}/c/{d}", "/{id...}", "/{$}", "/a//b", "/a/./b", "/{a}{b}", "/x{a}", "/{payment-id}",
		"/é", "/a%2fb", "/%zz", "/{func}", "/{_}", "/~:@-._", "/v1", "/api/v1/{id}", "/{id}/{ID}", "/a b", "/GET /x", "/a?b", "/a#b", "/{id}/", "/\x00", "/{ſ}/{s}"} {
		for i := range Methods {
			f.Add(uint8(i), p)
		}
	}
	f.Fuzz(func(t *testing.T, m uint8, path string) {
		method := Methods[int(m)%len(Methods)]
		if problem, _ := CheckRoute(path); problem != "" {
			return
		}
		mux := http.NewServeMux()
		mux.HandleFunc(method+" "+path, func(http.ResponseWriter, *http.Request) {}) // it panics where it cannot
		example := PathExample(path)
		r := httptest.NewRequest(method, "http://example.com"+example, nil)
		if _, pattern := mux.Handler(r); pattern != method+" "+path {
			t.Errorf("%s %s: its example %s is answered by %q", method, path, example, pattern)
		}
		if name := OperationName(method, path); !token.IsIdentifier(name) || strings.HasSuffix(name, "_") {
			t.Errorf("%s %s has the operation %q, which Go does not take for a name", method, path, name)
		}
		for _, p := range PathParams(path) {
			if !token.IsIdentifier(p) && !token.IsKeyword(p) {
				t.Errorf("%s has the parameter %q", path, p)
			}
		}
	})
}

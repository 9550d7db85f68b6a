package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/acme/shop/services/gateway/internal/web"
)

// TestHeaders: every answer has them, a refusal too.
func TestHeaders(t *testing.T) {
	a := newTestAPI(t)
	for _, path := range []string{"/openapi.json", "/nothing", "/v1/nothing"} {
		h := a.do(t, "GET", path, "").Header()
		for name, want := range headers {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
	policy := headers["Content-Security-Policy"]
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("the policy for content permits what it is there to refuse: %s", policy)
	}
}

func TestRequestID(t *testing.T) {
	a := newTestAPI(t)
	for given, kept := range map[string]bool{"": false, "abc-1.2_3": true, "a b": false, strings.Repeat("a", 200): false, "<script>": false} {
		a.log.Reset()
		id := a.do(t, "GET", "/openapi.json", "", requestID+": "+given).Header().Get(requestID)
		if id == "" || (id == given) != kept || !strings.Contains(a.log.String(), `"request_id":"`+id+`"`) {
			t.Errorf("%q becomes %q: %s", given, id, a.log)
		}
	}
}

func TestOtherSites(t *testing.T) {
	a := newBareAPI(t)
	addThings(a.API)
	send := func(method string, header ...string) *httptest.ResponseRecorder {
		return a.do(t, method, "/test/things/1", `{"name":"a"}`, header...)
	}
	if w := send("PUT", "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"); w.Code != http.StatusForbidden || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another site's page: %d, %v", w.Code, w.Header())
	}
	if w := send("PUT", "Sec-Fetch-Site: same-origin"); w.Code != http.StatusNoContent {
		t.Errorf("a page of this site: %d", w.Code)
	}
	if w := send("PUT"); w.Code != http.StatusNoContent {
		t.Errorf("no browser: %d", w.Code)
	}
	a.edge = newEdge(EdgeOptions{Origins: []string{"https://shop.example"}})
	w := send("PUT", "Origin: https://shop.example", "Sec-Fetch-Site: cross-site")
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != "https://shop.example" || w.Header().Get("Vary") != "Origin" {
		t.Errorf("a site that may: %d, %v", w.Code, w.Header())
	}
	w = send("OPTIONS", "Origin: https://shop.example", "Access-Control-Request-Method: PUT")
	if w.Code != http.StatusNoContent || !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Traceparent") {
		t.Errorf("before it sends: %d, %v", w.Code, w.Header())
	}
	if w = send("OPTIONS", "Origin: https://evil.example", "Access-Control-Request-Method: PUT"); w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("one that may not: %v", w.Header())
	}
}

func TestRate(t *testing.T) {
	a := newBareAPI(t)
	addThings(a.API)
	a.edge = newEdge(EdgeOptions{Rate: 1, Trusted: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}) // httptest's peer is 192.0.2.1
	from := func(client string) int { return a.do(t, "GET", "/unknown", "", "X-Forwarded-For: "+client).Code }
	for _, client := range []string{"198.51.100.7", "2001:db8::1"} {
		if from(client) != 404 || from(client) != 404 {
			t.Errorf("%s: a burst is refused", client)
		}
		p := decode[ProblemDetails](t, a.do(t, "GET", "/unknown", "", "X-Forwarded-For: 203.0.113.9, "+client), http.StatusTooManyRequests)
		if p.TraceID == "" {
			t.Errorf("%+v", p)
		}
	}
	if from("2001:db8::2") != http.StatusTooManyRequests || from("2001:db8:0:1::1") != 404 || from("198.51.100.8") != 404 {
		t.Error("clients are not told apart as they should be")
	}
	b := budgets{rate: 1}
	now := time.Now()
	for i := range mostClients + 10 {
		b.take(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if len(b.clients) > mostClients {
		t.Errorf("%d clients are remembered", len(b.clients))
	}
}

// The front-end gets what no route takes; an API's path is never a page.
func TestPages(t *testing.T) {
	site, err := web.Open("")
	if err != nil {
		t.Fatal(err)
	}
	a := observed(t, func(o Options) *API { o.Site = site; return New(o) })
	addThings(a.API)
	for _, c := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/", 200, "text/html"}, {"HEAD", "/", 200, "text/html"}, {"GET", "/orders/7", 200, "text/html"},
		{"GET", "/style.css", 200, "text/css"}, {"GET", "/script.js", 404, "application/problem+json"},
		{"GET", "/v1/nothing", 404, "application/problem+json"}, {"GET", "/v1", 404, "application/problem+json"},
		{"POST", "/", 404, "application/problem+json"}, {"GET", "/test/things/1", 405, "application/problem+json"},
		{"GET", "/openapi.json", 200, "application/openapi+json"},
	} {
		w := a.do(t, c.method, c.path, "", "Accept: text/html")
		if w.Code != c.status || !strings.HasPrefix(w.Header().Get("Content-Type"), c.kind) {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Header().Get("Content-Type"))
		}
	}
	if got := a.series(t); got["GET 200 /{page...}"] != 3 || got["GET 404 unmatched"] != 3 {
		t.Errorf("pages are counted as %v", got)
	}
}

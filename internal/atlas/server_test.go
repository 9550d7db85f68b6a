package atlas

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// served starts a server of an empty workspace and returns its address and the
// cookie that it gives for its token.
func served(t *testing.T, o Options) (s *Server, base string, cookie *http.Cookie) {
	t.Helper()
	if o.First == nil {
		o.First = &Map{Version: 1, Workspace: "<shop>", Services: []Service{}}
	}
	if o.Read == nil {
		o.Read = func(context.Context) (*Map, error) { return o.First, nil }
	}
	if o.Detail == nil {
		o.Detail = func(string) (*Detail, error) { return nil, nil }
	}
	s, err := Listen(0, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	resp := get(t, s.URL(), nil)
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/" || len(resp.Cookies()) != 1 {
		t.Fatalf("the token gives %s, %v", resp.Status, resp.Header)
	}
	c := resp.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || strings.Contains(s.URL(), c.Value) {
		t.Errorf("the cookie is %v", c)
	}
	return s, "http://" + s.listener.Addr().String(), c
}

func get(t *testing.T, url string, change func(*http.Request)) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // follows nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// TestServerRefuses: a page of someone else, a name that someone else gave to this
// address, and whoever does not have the token get nothing.
func TestServerRefuses(t *testing.T) {
	s, base, cookie := served(t, Options{})
	port := base[strings.LastIndexByte(base, ':'):]
	in := func(r *http.Request) { r.AddCookie(cookie) }
	for _, c := range []struct {
		name, path string
		change     func(*http.Request)
		want       int
	}{
		{"the page", "/", in, 200},
		{"the page, by the other name", "/", func(r *http.Request) { in(r); r.Host = "localhost" + port }, 200},
		{"its own origin", "/", func(r *http.Request) {
			in(r)
			r.Header.Set("Origin", base)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}, 200},
		{"a script", "/page.js", in, 200},
		{"the licences", "/licenses", in, 200},
		{"no cookie", "/", nil, 401},
		{"no cookie for a script", "/page.js", nil, 401},
		{"no cookie for events", "/events", nil, 401},
		{"no cookie for a service", "/service?name=a", nil, 401},
		{"a wrong cookie", "/", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookie.Name, Value: "x"}) }, 401},
		{"the token as a cookie", "/", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookie.Name, Value: s.token}) }, 401},
		{"a wrong token", "/?token=x", nil, 401},
		{"an empty token", "/?token=", nil, 401},
		{"a wrong token with a cookie", "/?token=x", in, 401},
		{"a token elsewhere", "/events?token=" + s.token, nil, 401},
		{"another host", "/", func(r *http.Request) { in(r); r.Host = "evil.example" + port }, 403},
		{"another host with the token", "/?token=" + s.token, func(r *http.Request) { r.Host = "evil.example" + port }, 403},
		{"no port", "/", func(r *http.Request) { in(r); r.Host = "127.0.0.1" }, 403},
		{"another port", "/", func(r *http.Request) { in(r); r.Host = "127.0.0.1:1" }, 403},
		{"another origin", "/service?name=a", func(r *http.Request) { in(r); r.Header.Set("Origin", "http://evil.example") }, 403},
		{"another port's page", "/service?name=a", func(r *http.Request) { in(r); r.Header.Set("Origin", "http://127.0.0.1:1") }, 403},
		{"no origin at all", "/service?name=a", func(r *http.Request) { in(r); r.Header.Set("Origin", "null") }, 403},
		{"a picture in another page", "/", func(r *http.Request) { in(r); r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		{"another port's script", "/", func(r *http.Request) { in(r); r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		{"writing", "/", func(r *http.Request) { in(r); r.Method = http.MethodPost }, 405},
		{"a folder", "/page/", in, 404},
		{"a file of ours", "/index.html", in, 404},
		{"a way up", "/..%2fserver.go", in, 404},
		{"no service", "/service?name=nobody", in, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp := get(t, base+c.path, c.change)
			if resp.StatusCode != c.want {
				t.Errorf("%s, want %d", resp.Status, c.want)
			}
			body, _ := io.ReadAll(resp.Body)
			if c.want != 200 && (strings.Contains(string(body), "shop") || len(resp.Cookies()) > 0) {
				t.Errorf("it gives something away: %s, %v", body, resp.Cookies())
			}
			for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control", "Cross-Origin-Resource-Policy"} {
				if resp.Header.Get(h) == "" {
					t.Errorf("no %s", h)
				}
			}
			if strings.Contains(resp.Header.Get("Content-Security-Policy"), "unsafe") || resp.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("too much is allowed: %v", resp.Header)
			}
		})
	}
}

// TestOnceURL: what the browser is started with works once.
func TestOnceURL(t *testing.T) {
	s, _, _ := served(t, Options{})
	once := s.OnceURL()
	for i, want := range []int{http.StatusSeeOther, http.StatusUnauthorized} {
		if resp := get(t, once, nil); resp.StatusCode != want {
			t.Errorf("%d: %s", i, resp.Status)
		}
	}
	if resp := get(t, s.URL(), nil); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("the address that was printed: %s", resp.Status)
	}
}

func TestServerListensOnLoopbackOnly(t *testing.T) {
	s, _, _ := served(t, Options{})
	u, err := url.Parse(s.URL())
	if err != nil || u.Hostname() != "127.0.0.1" {
		t.Errorf("%v %v", u, err)
	}
}

// TestEvents: a page is told everything at first, then what changed, and what
// cannot be read.
func TestEvents(t *testing.T) {
	answers := make(chan error, 2)
	o := Options{First: &Map{Version: 1, Workspace: "one", Services: []Service{}}}
	o.Read = func(ctx context.Context) (*Map, error) {
		select {
		case err := <-answers:
			if err != nil {
				return nil, err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return &Map{Version: 1, Workspace: "two", Services: []Service{}}, nil
	}
	_, base, cookie := served(t, o)
	resp := get(t, base+"/events", func(r *http.Request) { r.AddCookie(cookie) })
	if resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%v", resp.Header)
	}
	in := bufio.NewScanner(resp.Body)
	next := func() string {
		event := ""
		for in.Scan() {
			if in.Text() == "" && event != "" {
				return event
			}
			if strings.HasPrefix(in.Text(), "event") || strings.HasPrefix(in.Text(), "data") {
				event += in.Text() + "\n"
			}
		}
		t.Fatalf("the stream ended: %v", in.Err())
		return ""
	}
	for _, want := range []string{"event: map\ndata: {\"version\":1,\"workspace\":\"one\"", "event: health\ndata: {}", "event: trouble\ndata: \"\""} {
		if got := next(); !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	answers <- errors.New("svcgen.yaml:3:1: no\nsuch thing")
	if got := next(); got != "event: trouble\ndata: \"svcgen.yaml:3:1: no\\nsuch thing\"\n" {
		t.Errorf("got %s", got)
	}
	answers <- nil
	if got := next(); got != "event: trouble\ndata: \"\"\n" {
		t.Errorf("got %s", got)
	}
	if got := next(); !strings.Contains(got, `"workspace":"two"`) {
		t.Errorf("got %s", got)
	}
}

// TestTooManyPages: what opens pages without end gets no more of them.
func TestTooManyPages(t *testing.T) {
	_, base, cookie := served(t, Options{})
	for i := range maxPages + 1 {
		resp := get(t, base+"/events", func(r *http.Request) { r.AddCookie(cookie) })
		if want := i < maxPages; (resp.StatusCode == http.StatusOK) != want {
			t.Fatalf("page %d: %s", i, resp.Status)
		}
	}
}

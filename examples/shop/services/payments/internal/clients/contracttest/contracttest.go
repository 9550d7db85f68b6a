// Package contracttest plays a client against a peer that is made from a
// contract: what the client sends must be what the contract says, and what the
// contract answers must be what the client reads. That the real peer keeps the
// contract is tested where the peer is.
package contracttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/acme/shop/services/payments/internal/clients"
)

// Contract is what a service expects of another one.
type Contract struct {
	Consumer, Provider string
	Exchanges          []*Exchange
}

// Exchange is a request and what is read of its answer. Anywhere in the request
// {other.member} stands for a member of the answer of the exchange called other,
// which comes before this one.
type Exchange struct {
	Name    string
	Request struct {
		Method, Path  string
		Query, Header map[string]any
		Body          any
	}
	Response struct {
		Status int
		Body   any
	}

	t *testing.T
}

// Calls are the client's calls, by the names of the exchanges.
type Calls map[string]func(context.Context, *Exchange) (any, error)

// Load reads a contract.
func Load(t *testing.T, file, consumer, provider string) *Contract {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c Contract
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if c.Consumer != consumer || c.Provider != provider {
		t.Errorf("%s is between %q and %q, want %q and %q", file, c.Consumer, c.Provider, consumer, provider)
	}
	if len(c.Exchanges) == 0 {
		t.Skipf("NOTHING TESTED: %s has no exchange", file)
	}
	answers := map[string]any{}
	for _, e := range c.Exchanges {
		fill := func(text string) string {
			made, err := filled(text, answers)
			if err != nil {
				t.Errorf("%s: %s: %v", file, e.Name, err)
			}
			return made
		}
		e.t = t
		e.Request.Path = fill(e.Request.Path)
		e.Request.Body = each(e.Request.Body, fill)
		for _, m := range []map[string]any{e.Request.Query, e.Request.Header} {
			for k, v := range m {
				m[k] = each(v, fill)
			}
		}
		answers[e.Name] = e.Response.Body
	}
	return &c
}

var reference = regexp.MustCompile(`\{([A-Za-z0-9_-]+)((?:\.[A-Za-z0-9_-]+)+)\}`)

// filled puts what exchanges have answered into a text.
func filled(text string, answers map[string]any) (string, error) {
	var failed error
	made := reference.ReplaceAllStringFunc(text, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		v := answers[m[1]]
		for _, member := range strings.Split(m[2][1:], ".") {
			v = asMap(v)[member]
		}
		if v == nil {
			failed = fmt.Errorf("no exchange before it answers with %s", ref)
		}
		return textOf(v)
	})
	return made, failed
}

// textOf is a member as it stands in a path.
func textOf(v any) string {
	if n, ok := v.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// textsOf are the values of a parameter: a list stands for several.
func textsOf(v any) []string {
	l, several := v.([]any)
	if !several {
		return []string{textOf(v)}
	}
	var out []string
	for _, e := range l {
		out = append(out, textOf(e))
	}
	return out
}

func asMap(v any) map[string]any { m, _ := v.(map[string]any); return m }

// each applies change to every text in v.
func each(v any, change func(string) string) any {
	switch v := v.(type) {
	case string:
		return change(v)
	case []any:
		for i := range v {
			v[i] = each(v[i], change)
		}
	case map[string]any:
		for k := range v {
			v[k] = each(v[k], change)
		}
	}
	return v
}

// Path is the value of a route's parameter in the exchange's path.
func (e *Exchange) Path(route, param string) string {
	e.t.Helper()
	want, have := strings.Split(route, "/"), strings.Split(e.Request.Path, "/")
	for i, s := range want {
		if i < len(have) && s == "{"+param+"}" {
			value, err := url.PathUnescape(have[i])
			if err != nil {
				e.t.Error(err)
			}
			return value
		}
	}
	e.t.Errorf("%s: the path %s has no %s of %s", e.Name, e.Request.Path, param, route)
	return ""
}

// Body and Params read the request's body, and its query and headers, into what
// the client takes.
func (e *Exchange) Body(in any) { e.t.Helper(); e.into(e.Request.Body, in) }

func (e *Exchange) Params(params any) {
	e.t.Helper()
	e.into(e.Request.Query, params)
	e.into(e.Request.Header, params)
}

func (e *Exchange) into(from, to any) {
	e.t.Helper()
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	if err != nil {
		e.t.Errorf("%s: %v", e.Name, err)
	}
}

// Number reads a number from a path.
func Number[T any](text string) (n T) {
	_, _ = fmt.Sscan(text, &n) // what is no number stays zero, and the path differs
	return n
}

// Play lets the client that calls makes take part in every exchange.
func (c *Contract) Play(t *testing.T, calls func(clients.Options) Calls) {
	for _, e := range c.Exchanges {
		t.Run(e.Name, func(t *testing.T) {
			e.t = t
			asked := 0
			peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked++
				e.compare(r)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(e.Response.Status)
				if e.Response.Body != nil {
					_ = json.NewEncoder(w).Encode(e.Response.Body)
				}
			}))
			defer peer.Close()
			all := calls(clients.Options{URL: peer.URL, DialTimeout: time.Second, HeaderTimeout: 5 * time.Second, Timeout: 10 * time.Second, MaxInFlight: 1})
			call := all[e.Name]
			if call == nil {
				t.Fatalf("nothing here calls %s", e.Name)
			}
			read, err := call(t.Context(), e)
			if err != nil && !clients.HasStatus(err, e.Response.Status) || e.Response.Status < 300 && err != nil {
				t.Fatal(err)
			}
			if asked == 0 {
				t.Error("the client sent nothing")
			}
			if e.Response.Status < 300 && e.Response.Body != nil {
				for _, lost := range missing("", e.Response.Body, plain(t, read)) {
					t.Errorf("the client does not read %s", lost)
				}
			}
		})
	}
}

// compare tells where a request is not the contract's.
func (e *Exchange) compare(r *http.Request) {
	want := e.Request
	if r.Method != want.Method || r.URL.EscapedPath() != want.Path {
		e.t.Errorf("the client sends %s %s, the contract %s %s", r.Method, r.URL.EscapedPath(), want.Method, want.Path)
	}
	for k, v := range want.Query {
		if got := r.URL.Query()[k]; !slices.Equal(got, textsOf(v)) {
			e.t.Errorf("the client sends %s=%v, the contract %v", k, got, v)
		}
	}
	for k, v := range want.Header {
		if got := r.Header.Get(k); got != textOf(v) {
			e.t.Errorf("the client sends %s: %s, the contract %v", k, got, v)
		}
	}
	data, _ := io.ReadAll(r.Body)
	var body any
	if len(bytes.TrimSpace(data)) > 0 {
		if err := json.Unmarshal(data, &body); err != nil {
			e.t.Errorf("the client sends %s: %v", data, err)
		}
	}
	if !reflect.DeepEqual(body, want.Body) {
		e.t.Errorf("the client sends %v, the contract %v", body, want.Body)
	}
}

// plain is what v is in JSON.
func plain(t *testing.T, v any) (out any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// missing lists what of want is not, or otherwise, in have.
func missing(at string, want, have any) []string {
	switch want := want.(type) {
	case map[string]any:
		var out []string
		for k, v := range want {
			out = append(out, missing(at+"/"+k, v, asMap(have)[k])...)
		}
		return out
	case []any:
		list, _ := have.([]any)
		if len(list) != len(want) {
			return []string{at}
		}
		var out []string
		for i := range want {
			out = append(out, missing(fmt.Sprintf("%s/%d", at, i), want[i], list[i])...)
		}
		return out
	}
	if !reflect.DeepEqual(want, have) {
		return []string{fmt.Sprintf("%s: it is %v, and was %v", at, have, want)}
	}
	return nil
}

package api

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// EdgeOptions are what is asked of clients. Package config reads them.
type EdgeOptions struct {
	Origins []string       // of other sites whose pages may call; none: this one's alone
	Rate    int            // requests a second of one client; 0: as many as come
	Trusted []netip.Prefix // of proxies in front, which say who the client is
}

// headers go with every answer. Where the front-end needs more, such as pictures
// from elsewhere, the policy for content names it; 'unsafe-inline' would give up
// what the policy is for. HSTS is of whoever ends TLS.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	"Referrer-Policy":              "same-origin",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
}

const requestID = "X-Request-Id"

// decided are the headers that an upstream does not decide.
var decided = []string{"Content-Security-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy",
	"Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options", requestID, "Server", "X-Powered-By",
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods",
	"Access-Control-Expose-Headers", "Access-Control-Max-Age"}

// edge is what stands between the outside and the routes.
type edge struct {
	EdgeOptions
	foreign *http.CrossOriginProtection
	budgets budgets
}

func newEdge(o EdgeOptions) *edge {
	e := &edge{EdgeOptions: o, foreign: http.NewCrossOriginProtection(), budgets: budgets{rate: o.Rate}}
	for _, origin := range o.Origins {
		_ = e.foreign.AddTrustedOrigin(origin) // package config has checked it
	}
	return e
}

// plausible are the request ids that are taken over from a client.
var plausible = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// admit sets the headers that every answer has, and reports whether the request
// may go on; it has answered otherwise.
func (a *API) admit(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	for name, value := range headers {
		h.Set(name, value)
	}
	id := r.Header.Get(requestID)
	if !plausible.MatchString(id) {
		id = rand.Text()
		r.Header.Set(requestID, id)
	}
	h.Set(requestID, id)
	client := a.edge.client(r)

	if len(a.edge.Origins) > 0 {
		h.Add("Vary", "Origin")
	}
	if origin := r.Header.Get("Origin"); slices.Contains(a.edge.Origins, origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", requestID+", Retry-After")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Traceparent, Tracestate, "+requestID)
			h.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return false
		}
	}
	if !a.edge.budgets.take(client, time.Now()) {
		h.Set("Retry-After", "1")
		writeProblem(w, r, http.StatusTooManyRequests, "Too many requests; come again in a second.")
		return false
	}
	if err := a.edge.foreign.Check(r); err != nil {
		writeProblem(w, r, http.StatusForbidden, "The page of another site must not send this.")
		return false
	}
	return true
}

// client is who sends a request: the peer, or whom a trusted proxy names. What
// nobody trusted has said of it is taken out of the headers.
func (e *edge) client(r *http.Request) netip.Addr {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	addr, _ := netip.ParseAddr(host)
	addr = addr.Unmap()
	if !e.trusts(addr) {
		for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
			r.Header.Del(name)
		}
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		if addr = next.Unmap(); !e.trusts(addr) {
			break
		}
	}
	return addr
}

func (e *edge) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(e.Trusted, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// budgets count the requests of each client. A burst may have twice the rate.
type budgets struct {
	rate int // a second; 0: no limit

	mu      sync.Mutex
	clients map[netip.Addr]*budget
}

type budget struct {
	*rate.Limiter
	used time.Time
}

// mostClients bounds the memory that counting takes.
const mostClients = 50_000

func (b *budgets) take(client netip.Addr, now time.Time) bool {
	if b.rate == 0 {
		return true
	}
	if client.Is6() { // who has one address has the network's 2^64
		if p, err := client.Prefix(64); err == nil {
			client = p.Addr()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.clients[client]
	if one == nil {
		if b.clients == nil || len(b.clients) >= mostClients {
			b.forget(now)
		}
		one = &budget{Limiter: rate.NewLimiter(rate.Limit(b.rate), 2*b.rate)}
		b.clients[client] = one
	}
	one.used = now
	return one.AllowN(now, 1)
}

// forget drops the clients whose budget is whole again; all, where there is none
// such.
func (b *budgets) forget(now time.Time) {
	for client, one := range b.clients {
		if now.Sub(one.used) > 2*time.Second {
			delete(b.clients, client)
		}
	}
	if b.clients == nil || len(b.clients) >= mostClients {
		b.clients = map[netip.Addr]*budget{}
	}
}

package atlas

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Options are what a server shows.
type Options struct {
	First  *Map                                        // read already
	Read   func(context.Context) (*Map, error)         // reads it again
	Detail func(name string) (detail *Detail, _ error) // nil: there is no such service
}

// Server serves the page of one workspace on loopback.
type Server struct {
	listener net.Listener
	live     *live
	o        Options
	token    string
	session  string
	cookie   string                 // its name: cookies are shared by all ports of a host
	once     atomic.Pointer[string] // a token that works once
	page     []byte
}

// Listen opens a port of 127.0.0.1; 0 means a free one.
func Listen(port int, o Options) (*Server, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return nil, err
	}
	return &Server{listener: l, live: newLive(o.First, o.Read), o: o, token: rand.Text(), session: rand.Text(),
		cookie: "svcgen_map_" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port), page: livePage(o.First.Workspace)}, nil
}

// URL is where the page is. Whoever has it can see the page.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + "/?token=" + s.token }

// OnceURL is an address that works once: other users of a machine can read the
// arguments of the program that opens it.
func (s *Server) OnceURL() string {
	t := rand.Text()
	s.once.Store(&t)
	return "http://" + s.listener.Addr().String() + "/?token=" + t
}

// Serve serves until ctx ends.
func (s *Server) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	srv := &http.Server{
		Handler:           s.guard(s.routes()),
		BaseContext:       func(net.Listener) context.Context { return ctx }, // streams end with it
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	go s.live.follow(ctx)
	go s.live.watch(ctx)
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(s.listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if srv.Shutdown(grace) != nil {
		srv.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// guard lets through what the page itself asks for, and refuses everything else:
// other hosts' names for this address (DNS rebinding), other pages, and whoever
// does not have the token.
func (s *Server) guard(next http.Handler) http.Handler {
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		host, at, err := net.SplitHostPort(r.Host)
		switch {
		case err != nil || at != port || host != "127.0.0.1" && host != "localhost":
			http.Error(w, "svcgen map answers to 127.0.0.1 and localhost only", http.StatusForbidden)
		case r.Header.Get("Origin") != "" && r.Header.Get("Origin") != "http://"+r.Host:
			http.Error(w, "svcgen map answers to its own page only", http.StatusForbidden)
		case strings.HasSuffix(r.Header.Get("Sec-Fetch-Site"), "-site") && r.Header.Get("Sec-Fetch-Mode") != "navigate":
			http.Error(w, "svcgen map answers to its own page only", http.StatusForbidden)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "svcgen map only shows", http.StatusMethodNotAllowed)
		case r.URL.Path == "/" && r.URL.Query().Has("token"):
			s.admit(w, r)
		case !s.known(r):
			http.Error(w, "open the address that svcgen map printed: it has the token", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// admit exchanges a token for the cookie, and leads to an address without it.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) {
	given := r.URL.Query().Get("token")
	once := s.once.Load()
	switch {
	case same(given, s.token):
	case once != nil && same(given, *once) && s.once.CompareAndSwap(once, nil):
	default:
		http.Error(w, "the token is not this svcgen map's: open the address that it printed", http.StatusUnauthorized)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookie, Value: s.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	w.Header().Set("Location", "/")
	w.WriteHeader(http.StatusSeeOther)
}

func (s *Server) known(r *http.Request) bool {
	c, err := r.Cookie(s.cookie)
	return err == nil && same(c.Value, s.session)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// routes lists all that is served.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	give := func(path, kind string, data []byte) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(data) // whoever asked may be gone
		})
	}
	give("/{$}", "text/html; charset=utf-8", s.page)
	give("/"+styles, "text/css; charset=utf-8", []byte(asset(styles)))
	give("/licenses", "text/plain; charset=utf-8", []byte(asset("LICENSES.txt")))
	for _, name := range scripts {
		give("/"+name, "text/javascript; charset=utf-8", []byte(asset(name)))
	}
	mux.HandleFunc("GET /service", s.detail)
	mux.HandleFunc("GET /events", s.events)
	return mux
}

func (s *Server) detail(w http.ResponseWriter, r *http.Request) {
	d, err := s.o.Detail(r.URL.Query().Get("name"))
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	case d == nil:
		http.Error(w, "there is no such service", http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(encode(d))
	}
}

// beat is how often an open page is told that svcgen is there.
const beat = 10 * time.Second

// events is the stream that keeps a page current (HTML, Server-sent events).
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	c := s.live.open()
	if c == nil {
		http.Error(w, "too many pages are open", http.StatusServiceUnavailable)
		return
	}
	defer s.live.close(c)
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // it would end the stream
	send := func(text string) bool {
		_ = out.SetWriteDeadline(time.Now().Add(5 * time.Second))
		_, err := fmt.Fprint(w, text)
		return err == nil && out.Flush() == nil
	}
	if !send("retry: 1000\n\n") {
		return
	}
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for ok := true; ok; {
		select {
		case <-r.Context().Done():
			return
		case <-ticker.C:
			ok = send(": here\n\n")
		case m, open := <-c:
			ok = open && send("event: "+m.event+"\ndata: "+string(m.data)+"\n\n")
		}
	}
}

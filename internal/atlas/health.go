package atlas

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/svcgen/svcgen/internal/service"
)

// The states of a service, as far as a machine's own loopback tells.
const (
	Ready   = "ready"   // it answers, and can serve
	Unready = "unready" // it answers that it cannot serve, or not in time
	Down    = "down"    // nothing answers, though it did before, or one that runs needs it
	Off     = "off"     // nothing answers, and nobody misses it
)

// State is a service's health.
type State struct {
	State string   `json:"state"`
	Note  string   `json:"note,omitempty"`  // what it says of itself, e.g. "unavailable: database"
	Lacks []string `json:"lacks,omitempty"` // the services it needs, directly or not, that are down
}

// Answer is what a service's readiness probe came to.
type Answer struct {
	State string // Ready, Unready or Off
	Note  string
}

// States derives from the services' answers what a page shows. seen are the
// services that answered at some time since the page's server was started.
func States(edges []service.Edge, answers map[string]Answer, seen map[string]bool) map[string]State {
	out := make(map[string]State, len(answers))
	missed := map[string]bool{}
	needs := map[string][]string{}
	for _, e := range edges {
		needs[e.From] = append(needs[e.From], e.To)
		if e.Kind == service.Calls && answers[e.From].State != "" && answers[e.From].State != Off {
			missed[e.To] = true
		}
	}
	for name, a := range answers {
		s := State{State: a.State, Note: a.Note}
		if a.State == Off && (seen[name] || missed[name]) {
			s.State = Down
		}
		out[name] = s
	}
	for name, s := range out {
		s.Lacks = lacking(needs, out, name)
		out[name] = s
	}
	return out
}

// lacking lists what name needs, directly or not, and is down.
func lacking(needs map[string][]string, states map[string]State, name string) []string {
	var lacks []string
	seen := map[string]bool{name: true}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		for _, to := range needs[queue[0]] {
			if seen[to] {
				continue
			}
			seen[to] = true
			queue = append(queue, to)
			if states[to].State == Down {
				lacks = append(lacks, to)
			}
		}
	}
	slices.Sort(lacks)
	return lacks
}

// The times of the poller. A round takes at most every plus patience: under two
// seconds.
const (
	every    = 500 * time.Millisecond
	patience = time.Second
	idle     = 4   // rounds in which a service that is off is asked once
	atOnce   = 256 // probes
)

// prober asks services on this machine whether they are ready.
type prober struct{ client *http.Client }

func newProber() *prober {
	return &prober{&http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			Proxy:               nil, // loopback is nobody else's business
			DialContext:         loopback,
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     10 * every,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// loopback connects to a port of this machine, whatever host the address has.
// Some development servers listen on one of the two addresses only.
func loopback(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err != nil && ctx.Err() == nil {
		if c6, err6 := d.DialContext(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
			return c6, nil
		}
	}
	return c, err
}

// ask asks the service on port.
func (p *prober) ask(ctx context.Context, port int) Answer {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost:"+strconv.Itoa(port)+"/readyz", nil)
	if err != nil {
		return Answer{State: Off}
	}
	req.Header.Set("User-Agent", "svcgen-map")
	resp, err := p.client.Do(req)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return Answer{Unready, "no answer within " + patience.String()}
	case err != nil:
		return Answer{State: Off}
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 16<<10)) // what there is of it is enough
	if resp.StatusCode == http.StatusOK {
		return Answer{Ready, said(body)}
	}
	note := said(body)
	if note == "" {
		note = "/readyz answers " + strconv.Itoa(resp.StatusCode)
	}
	return Answer{Unready, note}
}

// said is what the body of a readiness answer says in words; "" where all is
// well or it says nothing that svcgen's own services would.
func said(body []byte) string {
	var s struct {
		Status string
		Checks map[string]string
	}
	if json.Unmarshal(body, &s) != nil || s.Status == "" || s.Status == "ok" {
		return ""
	}
	var failing []string
	for name, state := range s.Checks {
		if state != "ok" {
			failing = append(failing, name)
		}
	}
	slices.Sort(failing)
	note := s.Status
	if len(failing) > 0 {
		note += ": " + strings.Join(failing, ", ")
	}
	if r := []rune(note); len(r) > 200 {
		note = string(r[:200]) + "…"
	}
	return note
}

// round asks all targets, name to port, side by side.
func (p *prober) round(ctx context.Context, targets map[string]int) map[string]Answer {
	out := make(map[string]Answer, len(targets))
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for name, port := range targets {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			a := p.ask(ctx, port)
			mu.Lock()
			defer mu.Unlock()
			out[name] = a
		})
	}
	wg.Wait()
	return out
}

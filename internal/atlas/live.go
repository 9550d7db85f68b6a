package atlas

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"sync"
	"time"
)

// message is one server-sent event.
type message struct {
	event string // map, health or trouble
	data  []byte // one line of JSON
}

// live keeps what open pages show: it reads the workspace and asks services while
// a page is open, and tells all pages what changed.
type live struct {
	read  func(context.Context) (*Map, error)
	probe *prober

	mu      sync.Mutex
	pages   map[chan message]bool
	some    chan struct{} // closed while a page is open
	current *Map
	encoded []byte
	trouble string
	answers map[string]Answer
	seen    map[string]bool
	states  map[string]State
}

func newLive(first *Map, read func(context.Context) (*Map, error)) *live {
	return &live{read: read, probe: newProber(), pages: map[chan message]bool{}, some: make(chan struct{}),
		current: first, encoded: encode(first), answers: map[string]Answer{}, seen: map[string]bool{}, states: map[string]State{}}
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts, numbers and lists of them
	}
	return data
}

// maxPages are open at once at most.
const maxPages = 64

// open returns what a new page is told, from now on; nil where there are too many.
func (l *live) open() chan message {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pages) >= maxPages {
		return nil
	}
	c := make(chan message, 64)
	c <- message{"map", l.encoded}
	c <- message{"health", encode(l.states)}
	c <- message{"trouble", encode(l.trouble)}
	if l.pages[c] = true; len(l.pages) == 1 {
		close(l.some)
	}
	return c
}

func (l *live) close(c chan message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(c)
}

// drop ends what a page is told, once; l.mu is held.
func (l *live) drop(c chan message) {
	if !l.pages[c] {
		return
	}
	delete(l.pages, c)
	close(c)
	if len(l.pages) == 0 {
		l.some = make(chan struct{})
	}
}

// tell sends to all pages. One that does not keep up is closed: it comes again
// by itself, and is told everything.
func (l *live) tell(m message) {
	for c := range l.pages {
		select {
		case c <- m:
		default:
			l.drop(c)
		}
	}
}

// watched waits until a page is open; false means that ctx ended.
func (l *live) watched(ctx context.Context) bool {
	l.mu.Lock()
	some := l.some
	l.mu.Unlock()
	select {
	case <-some:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// follow reads the workspace again and again: at most a tenth of the time.
func (l *live) follow(ctx context.Context) {
	for l.watched(ctx) {
		start := time.Now()
		m, err := l.read(ctx)
		if ctx.Err() != nil {
			return
		}
		l.take(m, err)
		pause(ctx, max(2*time.Second, 9*time.Since(start)))
	}
}

// take tells the pages what was read, where it is news.
func (l *live) take(m *Map, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	trouble := ""
	if err != nil {
		trouble = err.Error() // the last map stays
	}
	if trouble != l.trouble {
		l.trouble = trouble
		l.tell(message{"trouble", encode(trouble)})
	}
	if err != nil {
		return
	}
	if next := encode(m); !bytes.Equal(next, l.encoded) {
		l.current, l.encoded = m, next
		l.tell(message{"map", next})
	}
}

// watch asks the services again and again.
func (l *live) watch(ctx context.Context) {
	for round := 0; l.watched(ctx); round++ {
		answers := l.probe.round(ctx, l.targets(round))
		if ctx.Err() != nil {
			return
		}
		l.heard(answers)
		pause(ctx, every)
	}
}

// targets are the services that are asked in a round: all that answered at some
// time or are missed, and the others now and then.
func (l *live) targets(round int) map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int{}
	for _, s := range l.current.Services {
		if s.Port == 0 {
			continue
		}
		if state, asked := l.states[s.Name]; !asked || state.State != Off || round%idle == 0 {
			out[s.Name] = s.Port
		}
	}
	return out
}

// heard tells the pages what changed.
func (l *live) heard(answers map[string]Answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.Copy(l.answers, answers)
	known := map[string]bool{}
	for _, s := range l.current.Services {
		known[s.Name] = s.Port != 0
	}
	maps.DeleteFunc(l.answers, func(name string, _ Answer) bool { return !known[name] })
	for name, a := range l.answers {
		if a.State != Off {
			l.seen[name] = true
		}
	}
	next := States(l.current.Edges, l.answers, l.seen)
	if !reflect.DeepEqual(next, l.states) {
		l.states = next
		l.tell(message{"health", encode(next)})
	}
}

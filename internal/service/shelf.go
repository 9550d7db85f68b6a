package service

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

// shelf finds the releases that services are to come to, each once.
type shelf struct {
	lib workspace.Library
	to  string // "": the newest

	mu     sync.Mutex
	found  map[string]*shelved
	unread map[string]*Unread // by template; by "/" and the service where that cannot be read itself
	used   map[string]bool    // answers that a template takes
}

// stays notes that a service stays as it is, since its template's new release
// has problems, or, where ref is "", the service itself.
func (s *shelf) stays(ref, service string, problems diag.List) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unread == nil {
		s.unread = map[string]*Unread{}
	}
	key := ref
	if ref == "" {
		key = "/" + service
	}
	u := s.unread[key]
	if u == nil {
		u = &Unread{Template: ref}
		for _, e := range problems {
			u.Problems = append(u.Problems, Problem{e.Error(), e.Hint})
		}
		s.unread[key] = u
	}
	u.Services = append(u.Services, service)
}

// unreadable lists the services that could not be read, and then the templates
// whose new release could not, by name.
func (s *shelf) unreadable() []Unread {
	var out []Unread
	for _, ref := range slices.Sorted(maps.Keys(s.unread)) {
		u := *s.unread[ref]
		slices.Sort(u.Services)
		out = append(out, u)
	}
	return out
}

func (s *shelf) use(answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used == nil {
		s.used = map[string]bool{}
	}
	s.used[answer] = true
}

type shelved struct {
	once sync.Once
	tmpl *template.Template
	err  error
	note string
}

// get returns the release that a service on release from is to come to.
func (s *shelf) get(ref, from string) (*template.Template, error) {
	s.mu.Lock()
	e := s.found[ref]
	if e == nil {
		e = &shelved{}
		s.found[ref] = e
	}
	s.mu.Unlock()
	e.once.Do(func() { e.tmpl, e.note, e.err = s.load(ref) })
	return e.tmpl, e.err
}

func (s *shelf) load(ref string) (*template.Template, string, error) {
	newest, err := s.lib.Load(ref)
	if err != nil && s.to == "" {
		var kept *template.Template
		var note string
		if kept, note, err = s.lib.InPlace(ref, err); err == nil {
			return kept, note, nil
		}
	}
	if err != nil && (s.to == "" || workspace.Tampered(err) || diag.All(err) == nil) {
		return nil, "", err
	}
	if s.to != "" && (err != nil || newest.Release != s.to) {
		kept, err := s.lib.Kept(ref, s.to)
		if err != nil {
			return nil, "", err
		}
		if kept != nil {
			return kept, "", nil
		}
		have, err := s.lib.Releases(ref)
		if err != nil {
			return nil, "", err
		}
		if newest != nil && !slices.Contains(have, newest.Release) {
			have = append(have, newest.Release)
		}
		return nil, "", diag.Errorf("there is no release %s of the template %s here", s.to, ref).WithHint("there are: %s", strings.Join(have, ", "))
	}
	kept, err := s.lib.Kept(ref, newest.Release)
	if err != nil || kept == nil {
		return newest, "", err
	}
	same, err := s.lib.Keeps(ref, newest)
	if err != nil || same {
		return kept, "", err
	}
	return kept, fmt.Sprintf("the template %s differs from its release %s, which services are on: raise its release", ref, newest.Release), nil
}

func (s *shelf) notes() []string {
	var out []string
	for _, e := range s.found {
		if e.note != "" {
			out = append(out, e.note)
		}
	}
	slices.Sort(out)
	return out
}

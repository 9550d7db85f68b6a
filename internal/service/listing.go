package service

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Listing is what the manifest says of a service and svcgen set can change; nil
// stays.
type Listing struct {
	Port, Admin *int
	Owner       *string // "": nobody
}

// of returns the service with the listing's changes.
func (l Listing) of(w *workspace.Workspace, s workspace.Service) (workspace.Service, error) {
	next := s
	if l.Owner != nil {
		if err := Admissible(NewOptions{Name: s.Name, Owner: *l.Owner}); err != nil {
			return s, err
		}
		next.Owner = *l.Owner
	}
	for _, p := range []struct {
		given *int
		is    *int
	}{{l.Port, &next.Port}, {l.Admin, &next.Admin}} {
		if p.given == nil {
			continue
		}
		if *p.given < 1 || *p.given > 65535 {
			return s, diag.Errorf("the port %d is not between 1 and 65535", *p.given)
		}
		for _, other := range w.Manifest.Services {
			if other.Name != s.Name && (*p.given == other.Port || *p.given == other.Admin) {
				return s, diag.Errorf("the port %d is taken by %s", *p.given, other.Name).WithHint("choose another one")
			}
		}
		*p.is = *p.given
	}
	if next.Port == next.Admin && next.Port != 0 {
		return s, diag.Errorf("%s cannot serve and be administered on one port, %d", s.Name, next.Port).WithHint("--port and --admin can be given together")
	}
	return next, nil
}

// words is the listing as its flags, in an answer to whoever gave them.
func (l Listing) words() []string {
	var out []string
	if l.Port != nil {
		out = append(out, fmt.Sprintf("port=%d", *l.Port))
	}
	if l.Admin != nil {
		out = append(out, fmt.Sprintf("admin=%d", *l.Admin))
	}
	switch {
	case l.Owner == nil:
	case *l.Owner == "":
		out = append(out, "no owner")
	default:
		out = append(out, "owner="+*l.Owner)
	}
	return out
}

// relist brings the manifest's line to the new state.
func (t *transition) relist(d *draft) error {
	old, next := t.from.service, t.to.service
	if old.Port == next.Port && old.Admin == next.Admin && old.Owner == next.Owner {
		return nil
	}
	f, err := d.file(t.w, workspace.ManifestFile)
	if err != nil {
		return err
	}
	e := editor{file: workspace.ManifestFile, data: f.Data}
	e.listed(old.Name, "port", port(old.Port), port(next.Port))
	e.listed(old.Name, "admin", port(old.Admin), port(next.Admin))
	e.listed(old.Name, "owner", old.Owner, next.Owner)
	if e.err != nil {
		return e.err
	}
	d.next[workspace.ManifestFile] = tree.File{Data: e.data, Kind: f.Kind}
	return nil
}

func port(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// listed changes what a service's line says; "" is a key that is not there.
func (e *editor) listed(service, key, old, next string) {
	at := insert.Address{Path: []string{"services", service}, Key: key}
	switch {
	case old == next || e.err != nil:
	case old == "":
		e.keep(insert.Insert(e.file, e.data, at, []byte(workspace.FlowScalar(next))))
	case next == "":
		e.keep(insert.Remove(e.file, e.data, at, nil))
	default:
		e.scalar(at.Path, key, old, next)
	}
}

// drifted tells where a service's files agree on something else than the manifest
// says: somebody changed the manifest by hand.
func (s *Standing) drifted(st state, base, ours tree.Tree) {
	if len(s.Edited) == 0 {
		return
	}
	svc, scope := st.service, st.scope
	for _, d := range []struct{ what, flag, said, word string }{
		{"port", "port", port(svc.Port), `\d+`},
		{"admin port", "admin", port(svc.Admin), `\d+`},
		{"owner", "owner", svc.Owner, `[^\s"',#]+`},
	} {
		if is := elsewise(base, ours, d.said, d.word); is != "" {
			s.Problems = append(s.Problems, Problem{
				Message: fmt.Sprintf("%s:%d:%d: the %s of %s is %s here, and %s in its files", workspace.ManifestFile, svc.Line, svc.Col, d.what, svc.Name, d.said, is),
				Hint:    fmt.Sprintf("undo the change here; then svcgen set --%s %s --service %s brings it to the files", d.flag, d.said, svc.Name),
			})
		}
	}
	if is := modfile.ModulePath(ours["go.mod"].Data); is != "" && is != scope.Service.Module {
		if was := modfile.ModulePath(base["go.mod"].Data); was == scope.Service.Module {
			s.Problems = append(s.Problems, Problem{Message: fmt.Sprintf("%s/go.mod: the module is %s; the manifest makes it %s", svc.Path, is, was)})
		}
	}
}

// elsewise returns the one other word that stands in ours where base's lines have
// said; "" where there are several, or where as many lines still have it: then
// it is a person's edit.
func elsewise(base, ours tree.Tree, said, word string) string {
	if said == "" {
		return ""
	}
	whole := regexp.MustCompile(`(^|[^\w.-])` + regexp.QuoteMeta(said) + `($|[^\w.-])`)
	found, other, same := "", 0, 0
	for p, f := range base {
		o, there := ours[p]
		if !there || o.Kind == tree.Symlink || !strings.Contains(string(f.Data), said) {
			continue
		}
		was, is := trimmedLines(f.Data), trimmedLines(o.Data)
		for line := range was {
			if !strings.Contains(line, said) || !whole.MatchString(line) {
				continue
			}
			if is[line] {
				same++
				continue
			}
			like := regexp.MustCompile(`^` + strings.ReplaceAll(regexp.QuoteMeta(line), regexp.QuoteMeta(said), `(`+word+`)`) + `$`)
			for l := range is {
				m := like.FindStringSubmatch(l)
				switch {
				case m == nil || was[l]:
				case found != "" && found != m[1]:
					return ""
				default:
					found = m[1]
					other++
				}
			}
		}
	}
	if other <= same {
		return ""
	}
	return found
}

func trimmedLines(data []byte) map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		out[strings.TrimSpace(line)] = true
	}
	return out
}

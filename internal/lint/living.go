package lint

import (
	"bytes"
	"slices"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// Service is a living service, as it stands in its workspace's files.
type Service struct {
	Name       string
	Label      string // how findings call its folder
	Template   *template.Template
	Descriptor string // the file in Files where what is lacking is told, at its name
	Files      tree.Tree
}

// Kept lists the rules of templates that a living service must go on to keep.
// The others speak of how something is rendered, or of what a team may decide
// for a service otherwise.
func Kept() []Rule {
	return []Rule{noDockerfile, noTests, noLiveness, noReadiness, probePortMismatch}
}

// Check looks at the service with the rules of Kept. Comments in its files
// suppress as in a template's.
func (s Service) Check() []Finding {
	p := &Pass{Label: s.Label, Files: s.Files, Template: &template.Template{Name: s.Name, Kind: s.kind()}, comments: comments(s.Files),
		doc: parseDoc(s.Files[s.Descriptor].Data), service: s.Name, absences: place{s.Descriptor, "name"}}
	r := &Rendering{Scope: template.Scope{Service: template.Service{Name: s.Name}}, Out: &template.Rendering{Files: s.Files, Sources: map[string]template.Source{}}}
	for name := range s.Files {
		r.Out.Sources[name] = template.Source{File: name}
	}
	p.Renderings = []*Rendering{r}
	p.Outputs = distinct(p.Renderings)
	var found []*Finding
	for _, rule := range Kept() {
		found = append(found, p.check(rule)...)
	}
	left, _ := p.suppress(p.condense(found))
	for i, f := range left {
		if remedy, ok := livingRemedies[f.Rule]; ok {
			left[i].Remedy = remedy
		}
	}
	slices.SortStableFunc(left, order)
	return left
}

// livingRemedies says what to do about what a template would render.
var livingRemedies = map[string]string{
	noDockerfile.ID: "restore it from git; svcgen diff shows what the template renders",
	noTests.ID:      "write at least one test of what the service does",
}

// kind is the template's. A worker's health checks are as a server's where its
// template has any.
func (s Service) kind() string {
	if s.Template.Kind == "worker" {
		for _, f := range s.Template.Files {
			if bytes.Contains(f.Data, []byte("livenessProbe")) {
				return "server"
			}
		}
	}
	return s.Template.Kind
}

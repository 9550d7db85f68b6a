package service

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Proposal is a shared file that init found, and how services would be listed
// in it.
type Proposal struct {
	Slot, File string
	At         []string // nil: the slot's own address
	Create     bool     // the address is not there yet; the first entry makes it
}

// String is the proposal as it stands in a manifest.
func (p Proposal) String() string {
	s := "{slot: " + p.Slot + ", file: " + workspace.FlowScalar(p.File)
	if p.Slot == "go.work" {
		s = "{slot: " + p.Slot
		if p.File != "go.work" {
			s += ", file: " + workspace.FlowScalar(p.File)
		}
	}
	if p.At != nil {
		at := make([]string, len(p.At))
		for i, seg := range p.At {
			at[i] = workspace.FlowScalar(seg)
		}
		s += ", at: [" + strings.Join(at, ", ") + "]"
	}
	if p.Create {
		s += ", create: true"
	}
	return s + "}"
}

// Discover looks for the shared files that svcgen can list services in, and
// tells which of the files that look like one it cannot use, and why.
func Discover(w *workspace.Workspace) (found []Proposal, notes []string, err error) {
	for _, slot := range workspace.Slots() {
		if slot.Name == "ci" {
			list, err := matrices(w)
			if err != nil {
				return nil, nil, err
			}
			found = append(found, list...)
			continue
		}
		for _, file := range candidates(w, slot) {
			p, why, err := propose(w, slot, file)
			if err != nil {
				return nil, nil, err
			}
			if why != "" {
				notes = append(notes, fmt.Sprintf("%s is not wired: %s", file, why))
				continue
			}
			found = append(found, p)
		}
	}
	return found, notes, nil
}

// candidates are a slot's files that are there.
func candidates(w *workspace.Workspace, slot workspace.Slot) (out []string) {
	if file := w.Existing(slot.Files); file != "" {
		out = append(out, file)
	}
	for _, file := range slot.Each {
		if w.Existing([]string{file}) != "" {
			out = append(out, file)
		}
	}
	return out
}

// propose tells how a slot's file would be wired, or why it cannot be.
func propose(w *workspace.Workspace, slot workspace.Slot, file string) (p Proposal, why string, err error) {
	p = Proposal{Slot: slot.Name, File: file}
	f, coming := w.Coming[file]
	if !coming {
		read, err := tree.Lookup(w.Root, file)
		if err != nil {
			return p, "", err
		}
		if read == nil || read.Kind == tree.Symlink || w.Solid(file) != nil {
			return p, "it is a symbolic link", nil
		}
		f = *read
	}
	address := slot.Address(trialService, file)
	if address.Kind == insert.At {
		r, root := document.Open(file, f.Data)
		if err := r.Err(); err != nil {
			return p, err.Error(), nil
		}
		if slot.Name == "catalog" {
			if kind := child(root, "kind"); kind == nil || kind.Value != "Location" {
				return p, "it is no Location", nil
			}
		}
		p.Create = !reaches(root, address.Path)
	}
	return p, p.trial(slot, f.Data), nil
}

// reaches reports whether a path is there, whatever stands at its end.
func reaches(root document.Node, path []string) bool {
	for _, seg := range path {
		if root = child(root, seg); root == nil {
			return false
		}
	}
	return true
}

// trialService stands for the services that are to come.
var trialService = workspace.Service{Name: "svcgen-trial", Path: "svcgen-trial", Owner: "svcgen-trial"}

// trial lists a service that does not exist, and tells why that cannot be done,
// or "". What passes here fails in new only when somebody changes the file.
func (p Proposal) trial(slot workspace.Slot, data []byte) string {
	a := slot.Address(trialService, p.File)
	a.Create = p.Create
	if p.At != nil {
		a.Path = p.At
	}
	entry := "svcgen-trial: x"
	if field, value, ok := strings.Cut(strings.Trim(a.Key, "[]"), "="); ok {
		entry = field + ": " + value
	}
	if slot.Entry != nil {
		entry = slot.Entry(trialService, p.File)
	}
	_, err := insert.Insert(p.File, data, a, []byte(entry))
	if e := (*insert.Error)(nil); errors.As(err, &e) {
		return strings.TrimPrefix(e.Error(), p.File+": ")
	}
	return ""
}

// child returns the value of a mapping's key, or nil.
func child(n document.Node, key string) document.Node {
	if !document.IsMap(n) {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// matrices finds lists of services in GitHub workflows: a matrix of a job that
// is called service, services, app or apps.
func matrices(w *workspace.Workspace) ([]Proposal, error) {
	var out []Proposal
	for _, file := range workflows(w) {
		f, err := tree.Lookup(w.Root, file)
		if err != nil || f == nil || f.Kind == tree.Symlink {
			continue
		}
		_, root := document.Open(file, f.Data)
		jobs := child(root, "jobs")
		if !document.IsMap(jobs) {
			continue
		}
		for i := 0; i+1 < len(jobs.Content); i += 2 {
			matrix := child(child(jobs.Content[i+1], "strategy"), "matrix")
			for _, key := range []string{"service", "services", "app", "apps"} {
				p := Proposal{Slot: "ci", File: file, At: []string{"jobs", jobs.Content[i].Value, "strategy", "matrix", key}}
				if document.IsList(child(matrix, key)) && p.trial(*workspace.SlotNamed("ci"), f.Data) == "" {
					out = append(out, p)
				}
			}
		}
	}
	return out, nil
}

// workflows lists the workflow files there are.
func workflows(w *workspace.Workspace) []string {
	const dir = ".github/workflows"
	entries, _ := fs.ReadDir(w.Root.FS(), dir)
	var out []string
	for _, e := range entries {
		if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".yml" || ext == ".yaml") {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	slices.Sort(out)
	return out
}

var remoteURL = regexp.MustCompile(`(?m)^\s*url\s*=\s*(?:\w+://(?:[^/@\s]+@)?|[^/@\s]+@)([^/:\s]+)[:/](?:\d+/)?(\S+?)(?:\.git)?/?\s*$`)

// moduleOf tells the module path of a workspace: from its go.mod, its git
// remote, or its folder.
func moduleOf(w *workspace.Workspace) string {
	if f, err := tree.Lookup(w.Root, "go.mod"); err == nil && f != nil && f.Kind != tree.Symlink {
		if p := modfile.ModulePath(f.Data); p != "" {
			return p
		}
	}
	if f, err := tree.Lookup(w.Root, ".git/config"); err == nil && f != nil && f.Kind != tree.Symlink {
		if m := remoteURL.FindSubmatch(f.Data); m != nil {
			return string(m[1]) + "/" + string(m[2])
		}
	}
	name := names.Kebab(w.Name())
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r > 127 }) {
		name = "workspace"
	}
	return "example.com/" + name
}

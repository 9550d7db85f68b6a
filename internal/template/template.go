// Package template loads templates and renders them: a release, values and
// units go in, files and insertions come out.
//
// Rendering is a pure function and stays the same for ever: the same release
// and values give the same bytes with every later svcgen. A template runs no
// code, and reads no environment, clock, network or file outside itself; its
// steps, its output and its functions' results are bounded. This package reads
// and writes no disk, knows no workspace, and decides nothing about files that
// exist already.
package template

import (
	"regexp"
	"sync"

	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/tree"
)

// File is the name of the file that makes a folder a template.
const File = "template.yaml"

// FormatVersion is the newest version of template.yaml that this svcgen reads.
const FormatVersion = 1

// Kinds of templates: which rules of the linter speak.
var Kinds = []string{"server", "worker", "web", "other"}

// Template is a loaded template: template.yaml, checked, and its other files.
type Template struct {
	Name, Release, Kind, Summary string

	Values     []Value
	Layers     []Layer
	Units      []Unit
	Wiring     []Wiring
	Keep       []string // output paths (path.Match patterns) that are written once
	Migrations []Migration

	Label string    // how messages call its folder
	Files tree.Tree // what makes the release: all files, template.yaml included, but the recorded cases

	mu      sync.Mutex       // guards the following: combinations are rendered side by side
	parsed  map[string]*body // files, by path
	texts   map[string]*body // small texts, by what they say
	presses []*press         // that nobody uses now
}

// Pos is a place in template.yaml, counted from one.
type Pos struct{ Line, Col int }

// Type says which answers a value takes.
type Type string

const (
	String Type = "string"
	Bool   Type = "bool"
	Int    Type = "int"
	Option Type = "option" // one of Value.Options
	Method Type = "method" // an HTTP method
	Route  Type = "route"  // an HTTP path, as names.CheckRoute accepts it

	Identifier Type = "identifier" // a name in camel case, as names.CheckIdentifier accepts it

	ServiceRef    Type = "service"    // another service of the workspace; of units only
	OperationList Type = "operations" // which of that service's operations: their ids with commas between, or all
)

// Value is an answer that a template needs.
type Value struct {
	Name    string
	Help    string
	Type    Type
	Options []string
	Match   *regexp.Regexp // for strings; nil accepts any
	Except  []string       // answers that are refused all the same: words that the template needs for itself
	Default *string        // template text; nil: the value must be given
	Next    string         // a folder of the service whose files' names begin with numbers: the answer is a greater one
	Pos     Pos
}

// Layer is a folder of files that are rendered when its condition holds.
type Layer struct {
	Dir  string
	When string // a template expression; empty: always
	Pos  Pos
}

// Unit is a thing that can be added to a service later.
type Unit struct {
	Name   string
	Help   string
	When   string   // a template expression; empty: always
	Args   []string // the values that may be given by position, in order
	Values []Value
	Unique [][]string // sets of values that no two units of the kind may share
	Dir    string     // files to create; empty: none
	With   string     // files that the units of the kind have in common: they come with the first, and go with the last
	Insert []Insert
	Pos    Pos

	// Generate says that the unit changes what Go code is generated from: before
	// the service builds again, `go generate ./...` has to be run in it.
	Generate bool

	// Snapshot is the template text of a path in the service, where what the other
	// service offers is kept, as it was when the unit was added. Rendering reads
	// that. Empty: nothing is taken over.
	Snapshot string
}

// Provider returns the name of the value that names another service, or "".
func (u *Unit) Provider() string { return u.valued(ServiceRef) }

// Choice returns the name of the value that chooses the other service's
// operations, or "".
func (u *Unit) Choice() string { return u.valued(OperationList) }

func (u *Unit) valued(t Type) string {
	for _, v := range u.Values {
		if v.Type == t {
			return v.Name
		}
	}
	return ""
}

// Insert is one entry that a unit puts into a file of the service.
type Insert struct {
	File    string         // template text of the path in the service
	Address insert.Address // its texts are template texts
	Text    string         // the file below the template that holds the entry
	When    string         // a template expression; empty: always
	Pos     Pos
}

// Wiring is one entry that a template offers for a shared file of the
// workspace.
type Wiring struct {
	Slot   string
	Text   string   // the file below the template that holds the entry
	At     []string // template texts; nil: the slot's own address
	Key    string   // template text; empty: the slot's own key
	When   string   // a template expression; empty: always
	Create bool     // makes what is missing on the way to At
	Ensure bool     // shared by many services: made once, left when it exists
	Pos    Pos
}

// Migration says what a release renamed or removed, for services that come from
// an older one.
type Migration struct {
	To     string            // the release that made the change
	Rename map[string]string // output path, or folder, before and after
	Remove []string          // output paths
	Values map[string]string // value name before and after
	Map    map[string]map[string]string
	Pos    Pos
}

// Unit returns the unit called name, or nil.
func (t *Template) Unit(name string) *Unit {
	for i := range t.Units {
		if t.Units[i].Name == name {
			return &t.Units[i]
		}
	}
	return nil
}

// UnitNames lists the units in template.yaml's order.
func (t *Template) UnitNames() []string {
	names := make([]string, len(t.Units))
	for i, u := range t.Units {
		names[i] = u.Name
	}
	return names
}

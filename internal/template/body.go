package template

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"

	"github.com/svcgen/svcgen/internal/diag"
)

// maxBody bounds one template file, in bytes.
const maxBody = 1 << 20

// body is one parsed template file. Marks are put into its parse tree: a call
// of _mark before every node and at the start of every list. While it runs they
// count steps, so that every loop ends, and they record which output came from
// which node, so that a position in the output leads back to the template.
// Every printing action ends in a call of _print, which refuses what a person
// did not mean to print: a list, a map, nothing at all.
type body struct {
	name  string
	tmpl  *texttemplate.Template
	marks []mark
}

type mark struct {
	Pos
	from    int  // Pos, in bytes
	literal bool // text, whose lines are the output's lines
}

// parseBody parses src. Names in errors are name's.
func parseBody(name, src string) (*body, error) {
	if len(src) > maxBody {
		return nil, fmt.Errorf("template: %s:1: longer than %d MiB", name, maxBody>>20)
	}
	t, err := texttemplate.New(name).Option("missingkey=error").Funcs(functionTable).Parse(src)
	if err != nil {
		return nil, err
	}
	b := &body{name: name, tmpl: t}
	m := marker{body: b, places: NewPlaces(src)}
	// In name order: what is numbered must not depend on a map's order.
	all := t.Templates()
	slices.SortFunc(all, func(x, y *texttemplate.Template) int { return strings.Compare(x.Name(), y.Name()) })
	calls := map[string][]string{}
	for _, x := range all {
		if x.Tree != nil {
			m.calls = nil
			m.list(x.Tree.Root)
			calls[x.Name()] = m.calls
		}
	}
	if loop := recursion(calls); loop != "" {
		return nil, fmt.Errorf("template: %s:1: the template %q calls itself", name, loop)
	}
	return b, nil
}

// recursion returns a template that reaches itself, or "". Recursion is refused
// because its depth is bounded only by the stack.
func recursion(calls map[string][]string) string {
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(name string) string
	visit = func(name string) string {
		if state[name] == open {
			return name
		}
		if state[name] == done {
			return ""
		}
		state[name] = open
		for _, c := range calls[name] {
			if loop := visit(c); loop != "" {
				return loop
			}
		}
		state[name] = done
		return ""
	}
	for _, name := range sortedKeys(calls) {
		if loop := visit(name); loop != "" {
			return loop
		}
	}
	return ""
}

// Trees are the parsed templates of the file, by name, the marks among their
// nodes. They must not be changed.
func (b *body) Trees() map[string]*parse.Tree {
	out := map[string]*parse.Tree{}
	for _, t := range b.tmpl.Templates() {
		if t.Tree != nil {
			out[t.Name()] = t.Tree
		}
	}
	return out
}

type marker struct {
	body   *body
	places *Places
	calls  []string
}

// prototypes are nodes to copy: the parse package has no constructors for them.
var markNode, printCommand = prototypes()

func prototypes() (*parse.ActionNode, *parse.CommandNode) {
	trees, err := parse.Parse("svcgen", `{{_mark 0}}{{"" | _print}}`, "", "",
		map[string]any{"_mark": 0, "_print": 0})
	if err != nil {
		panic(err) // a constant that does not parse
	}
	nodes := trees["svcgen"].Root.Nodes
	return nodes[0].(*parse.ActionNode), nodes[1].(*parse.ActionNode).Pipe.Cmds[1]
}

func (m *marker) mark(at parse.Pos, literal bool) parse.Node {
	n := markNode.Copy().(*parse.ActionNode)
	id := len(m.body.marks)
	num := n.Pipe.Cmds[0].Args[1].(*parse.NumberNode)
	num.IsInt, num.Int64, num.IsUint, num.Uint64, num.IsFloat, num.Float64 = true, int64(id), true, uint64(id), true, float64(id)
	num.Text = strconv.Itoa(id)
	m.body.marks = append(m.body.marks, mark{m.places.At(int(at)), int(at), literal})
	return n
}

func (m *marker) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	nodes := make([]parse.Node, 0, 2*len(l.Nodes)+1)
	nodes = append(nodes, m.mark(l.Pos, false))
	for _, n := range l.Nodes {
		_, literal := n.(*parse.TextNode)
		nodes = append(nodes, m.mark(start(n), literal), n)
		m.inside(n)
	}
	l.Nodes = nodes
}

// start is where an action's braces open, near enough: the parser remembers
// only where its first word stands.
func start(n parse.Node) parse.Pos { return n.Position() }

func (m *marker) inside(n parse.Node) {
	switch n := n.(type) {
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			n.Pipe.Cmds = append(n.Pipe.Cmds, printCommand.Copy().(*parse.CommandNode))
		}
	case *parse.IfNode:
		m.list(n.List)
		m.list(n.ElseList)
	case *parse.RangeNode:
		m.list(n.List)
		m.list(n.ElseList)
	case *parse.WithNode:
		m.list(n.List)
		m.list(n.ElseList)
	case *parse.TemplateNode:
		m.calls = append(m.calls, n.Name)
	}
}

// located matches the beginning of text/template's messages.
var located = regexp.MustCompile(`^template: (.*?):(\d+)(?::(\d+))?: (.*)$`)

// faulty turns an error of text/template into one at its place in the template
// labelled label.
func faulty(label, file string, err error) error {
	var budget *budgetError
	if errors.As(err, &budget) {
		return &diag.Error{File: path.Join(label, file), Line: budget.at.Line, Col: budget.at.Col, Msg: budget.msg}
	}
	e := &diag.Error{File: path.Join(label, file), Msg: messageOf(err)}
	if m := located.FindStringSubmatch(firstLine(err)); m != nil {
		e.Line, _ = strconv.Atoi(m[2])
		e.Col, _ = strconv.Atoi(m[3])
		if m[3] != "" {
			e.Col++ // text/template counts columns from zero
		}
	}
	return e
}

// firstLine is an error's first line, as far as a person reads one: text/template
// puts whole values into it.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if len(line) > maxMessage {
		line = strings.ToValidUTF8(line[:maxMessage], "") + "…"
	}
	return line
}

const maxMessage = 1000

// executing is the part of a message that tells what a reader sees anyway.
var executing = regexp.MustCompile(`^executing ".*?" at <(.*?)>: (?:error calling [\w.]+: )?(.*)$`)

// messageOf is what went wrong, without the place.
func messageOf(err error) string {
	msg := firstLine(err)
	if m := located.FindStringSubmatch(msg); m != nil {
		msg = m[4]
	}
	if m := executing.FindStringSubmatch(msg); m != nil {
		if msg = m[2]; m[1] != "_print" {
			msg += " (at " + m[1] + ")"
		}
	}
	return msg
}

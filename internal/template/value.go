package template

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/tree"
)

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 4096

func (l *loader) values(n document.Node, unit bool) []Value {
	var values []Value
	for _, p := range l.Pairs(n, "values") {
		v := Value{Name: p.Key, Type: String, Pos: l.pos(p.At)}
		if !valueRule.MatchString(v.Name) {
			l.Fail(p.At, fmt.Sprintf("the value's name %q is not a word", v.Name), "letters, digits and underscores")
		}
		var typed, matched, excepted, defaulted, next document.Node
		l.Fields(p.N, "values."+p.Key, map[string]func(document.Node){
			"help": func(n document.Node) { v.Help = l.String(n, "help") },
			"type": func(n document.Node) { typed = n; v.Type = Type(l.String(n, "type")) },
			"options": func(n document.Node) {
				if v.Options = l.Strings(n, "options"); len(v.Options) == 0 {
					l.Fail(n, "options is empty", "")
				}
			},
			"next":    func(n document.Node) { next = n; v.Next = l.String(n, "next") },
			"match":   func(n document.Node) { matched = n; v.Match = l.pattern(n) },
			"except":  func(n document.Node) { excepted = n; v.Except = l.Strings(n, "except") },
			"default": func(n document.Node) { defaulted = n; d := l.String(n, "default"); v.Default = &d },
		})
		if v.Options != nil {
			if typed != nil && v.Type != String {
				l.Fail(typed, "a value with options has no other type", "leave type out")
			}
			v.Type = Option
		}
		if known := []Type{String, Bool, Int, Option, Method, Route, Identifier, ServiceRef, OperationList}; !slices.Contains(known, v.Type) {
			l.Fail(typed, fmt.Sprintf("unknown type %q", v.Type), "one of string, bool, int, method, route, identifier, service, operations")
		}
		if (v.Type == ServiceRef || v.Type == OperationList) && !unit {
			l.Fail(typed, fmt.Sprintf("a value of the type %s is for units", v.Type), "")
		}
		if v.Match != nil && v.Type != String {
			l.Fail(matched, "match is for strings", "")
		}
		if excepted != nil && (v.Type != String || len(v.Except) == 0) {
			l.Fail(excepted, "except lists words, for strings", "")
		}
		if next != nil && (!unit || v.Type != String || !tree.Valid(v.Next)) {
			l.Fail(next, "next is a folder of the service, for a unit's value of the type string", "e.g. next: internal/postgres/migrations")
		}
		l.checkDefault(v, defaulted)
		values = append(values, v)
	}
	return values
}

// checkDefault refuses a default that the value's own rule refuses, as far as
// it can be told before there is a service to render it for.
func (l *loader) checkDefault(v Value, n document.Node) {
	if v.Default == nil {
		return
	}
	if strings.Contains(*v.Default, "{{") {
		if _, err := parseBody("default", *v.Default); err != nil {
			l.Fail(n, "the default does not parse: "+messageOf(err), "")
		}
		return
	}
	if _, err := v.Check(*v.Default); err != nil {
		l.Fail(n, "the default is not allowed: "+err.Msg, err.Hint)
	}
}

func (l *loader) pattern(n document.Node) *regexp.Regexp {
	text := l.String(n, "match")
	re, err := regexp.Compile("^(?:" + text + ")$")
	if err != nil {
		l.Fail(n, fmt.Sprintf("%q is not a regular expression: %v", text, err), "the syntax is Go's")
	}
	return re
}

// Check turns an answer into what templates see of it (a string, a bool or an
// int), or says why it is not allowed.
func (v Value) Check(answer string) (any, *diag.Error) {
	bad := func(hint, format string, args ...any) (any, *diag.Error) {
		e := diag.Errorf("%s: %s", v.Name, fmt.Sprintf(format, args...))
		e.Hint = hint
		return nil, e
	}
	if len(answer) > maxAnswer {
		return bad("", "the answer has %d bytes; %d are allowed", len(answer), maxAnswer)
	}
	if strings.ContainsFunc(answer, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) {
		return bad("", "%q holds control characters", answer)
	}
	switch v.Type {
	case Bool:
		switch strings.ToLower(answer) {
		case "true", "yes", "on":
			return true, nil
		case "false", "no", "off":
			return false, nil
		}
		return bad("yes or no", "%q is neither yes nor no", answer)
	case Int:
		n, err := strconv.Atoi(answer)
		if err != nil {
			return bad("", "%q is not a whole number", answer)
		}
		return n, nil
	case Option:
		if !slices.Contains(v.Options, answer) {
			hint := "one of " + strings.Join(v.Options, ", ")
			if near := diag.Nearest(answer, v.Options); near != "" {
				hint = "did you mean " + near + "?"
			}
			return bad(hint, "%q is not one of %s", answer, strings.Join(v.Options, ", "))
		}
	case Method:
		if method := strings.ToUpper(answer); slices.Contains(names.Methods, method) {
			return method, nil
		}
		return bad("one of "+strings.Join(names.Methods, ", "), "%q is not an HTTP method that svcgen knows", answer)
	case Route:
		if problem, hint := names.CheckRoute(answer); problem != "" {
			return bad(hint, "%s", problem)
		}
	case ServiceRef:
		if problem, hint := names.CheckService(answer); problem != "" {
			return bad(hint, "%s", problem)
		}
	case OperationList:
		if strings.TrimSpace(answer) == "" {
			return bad("their ids with commas between them, or all", "names no operation")
		}
	case Identifier:
		if problem, hint := names.CheckIdentifier(answer); problem != "" {
			return bad(hint, "%s", problem)
		}
	default:
		if slices.Contains(v.Except, answer) {
			return bad("another word; the template has a meaning of its own for "+strings.Join(v.Except, ", "), "%q cannot be used here", answer)
		}
		if v.Match != nil && !v.Match.MatchString(answer) {
			rule := strings.TrimSuffix(strings.TrimPrefix(v.Match.String(), "^(?:"), ")$")
			return bad("", "%q does not match %s", answer, rule)
		}
	}
	return answer, nil
}

// Answer returns a checked value as it is written into a descriptor.
func Answer(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case int:
		return strconv.Itoa(v)
	}
	return fmt.Sprint(value)
}

// Resolve checks the answers and fills in defaults, in the order of
// declaration, so that a default can use the values before it. scope gives the
// data of the defaults for the values known so far. Missing are the values
// without answer and default; the error tells everything else that is wrong.
func Resolve(values []Value, answers map[string]string, scope func(known map[string]any) Scope) (resolved map[string]any, missing []Value, err error) {
	var errs diag.List
	resolved = map[string]any{}
	for _, v := range values {
		answer, ok := answers[v.Name]
		switch {
		case !ok && v.Default == nil:
			missing = append(missing, v)
			continue
		case !ok && len(missing)+len(errs) > 0 && strings.Contains(*v.Default, "{{"):
			continue // it may lean on one that is missing or wrong
		case !ok:
			if answer, err = v.Proposal(scope(resolved)); err != nil {
				return nil, nil, err
			}
		}
		value, bad := v.Check(answer)
		if bad != nil {
			errs = append(errs, bad)
			continue
		}
		resolved[v.Name] = value
	}
	known := make([]string, len(values))
	for i, v := range values {
		known[i] = v.Name
	}
	for _, name := range sortedKeys(answers) {
		if slices.Contains(known, name) {
			continue
		}
		e := diag.Errorf("there is no value %q", name).WithHint("the template has: %s", strings.Join(known, ", "))
		if len(known) == 0 {
			e = e.WithHint("the template has no values")
		} else if near := diag.Nearest(name, known); near != "" {
			e = e.WithHint("did you mean %s?", near)
		}
		errs = append(errs, e)
	}
	return resolved, missing, errs.Err()
}

// Proposal renders v's default; "" where it has none.
func (v Value) Proposal(scope Scope) (string, error) {
	if v.Default == nil {
		return "", nil
	}
	if !strings.Contains(*v.Default, "{{") {
		return *v.Default, nil
	}
	b, err := parseBody("the default of "+v.Name, *v.Default)
	if err != nil {
		return "", v.unrendered(err)
	}
	out, _, err := newPress().execute(b, scope)
	if err != nil {
		return "", v.unrendered(err)
	}
	return string(out), nil
}

func (v Value) unrendered(err error) error {
	return diag.Errorf("the default of %s does not render: %s", v.Name, messageOf(err))
}

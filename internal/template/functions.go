package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"

	"github.com/Masterminds/sprig/v3"

	"github.com/svcgen/svcgen/internal/names"
)

// fromSprig are the functions taken over from sprig as they are: pure, of the
// same result for ever, and with results bounded by their arguments. What reads
// the environment, the network, the clock or randomness, what depends on a map's
// order, and what can make much of little is not here.
var fromSprig = strings.Fields(`lower upper title trim trimAll trimPrefix trimSuffix contains hasPrefix hasSuffix
	default empty coalesce ternary list dict first last rest initial
	add sub mul div mod max min add1 int`)

// functionTable is what templates may call, besides text/template's own and
// operators; own functions stand in place of those of text/template and sprig
// whose results could grow without bound.
var functionTable = functions()

func functions() texttemplate.FuncMap {
	table := texttemplate.FuncMap{}
	from := sprig.TxtFuncMap()
	for _, name := range fromSprig {
		table[name] = from[name]
	}
	maps.Copy(table, texttemplate.FuncMap{
		"print":   func(args ...any) (string, error) { return concat(args, "") },
		"println": func(args ...any) (string, error) { s, err := concat(args, " "); return s + "\n", err },
		"printf":  printf,
		"html":    refused("html"), "js": refused("js"), "urlquery": refused("urlquery"), "call": refused("call"),

		"quote": func(v any) (string, error) { s, err := scalar(v); return strconv.Quote(s), err },
		"squote": func(v any) (string, error) {
			s, err := scalar(v)
			return "'" + strings.ReplaceAll(s, "'", "''") + "'", err
		},
		"toJson":    toJSON,
		"toString":  scalar,
		"replace":   replace,
		"repeat":    repeat,
		"indent":    func(n int, s string) (string, error) { return indent(n, s) },
		"nindent":   func(n int, s string) (string, error) { s, err := indent(n, s); return "\n" + s, err },
		"join":      join,
		"splitList": func(sep, s string) ([]string, error) { return bounded(strings.Split(s, sep)) },
		"split":     func(sep, s string) ([]string, error) { return bounded(strings.Split(s, sep)) },
		"sortAlpha": func(v any) ([]string, error) { l, err := texts(v); slices.Sort(l); return l, err },
		"has":       func(item, list any) (bool, error) { return has(item, list) },
		"until":     until,
		"get":       func(m map[string]any, key string) any { return m[key] },
		"hasKey":    func(m map[string]any, key string) bool { _, ok := m[key]; return ok },

		"words":       func(s string) string { return strings.Join(names.Words(s), " ") },
		"sentence":    names.Sentence,
		"snakecase":   names.Snake,
		"kebabcase":   names.Kebab,
		"camelcase":   names.Camel,
		"goName":      names.GoName,
		"goVar":       names.GoVar,
		"goPackage":   names.GoPackage,
		"plural":      names.Plural,
		"singular":    names.Singular,
		"protoGoName": names.ProtoGo, "protoBytes": protoBytes, "protoInt": protoInt, "goLines": goLines, "wrap": wrap,
		"pathParams": names.PathParams, "pathExample": names.PathExample, "operationName": names.OperationName,
	})
	return table
}

// Functions lists the names of what templates may call, sorted, text/template's
// own operators left out.
func Functions() []string {
	return slices.DeleteFunc(sortedKeys(functionTable), func(name string) bool {
		return slices.Contains([]string{"html", "js", "urlquery", "call"}, name)
	})
}

// budgeted returns the table with every function charging what goes through it
// to b.
func budgeted(b *budget) texttemplate.FuncMap {
	out := make(texttemplate.FuncMap, len(functionTable))
	for name, fn := range functionTable {
		out[name] = charged(name, reflect.ValueOf(fn), b)
	}
	return out
}

var errorType = reflect.TypeFor[error]()

func charged(name string, fn reflect.Value, b *budget) any {
	t := fn.Type()
	in := make([]reflect.Type, t.NumIn())
	for i := range in {
		in[i] = t.In(i)
	}
	made := reflect.FuncOf(in, []reflect.Type{t.Out(0), errorType}, t.IsVariadic())
	return reflect.MakeFunc(made, func(args []reflect.Value) []reflect.Value {
		var results []reflect.Value
		if t.IsVariadic() {
			results = fn.CallSlice(args)
		} else {
			results = fn.Call(args)
		}
		var err error
		if len(results) == 2 {
			err, _ = results[1].Interface().(error)
		}
		size := weight(results[0])
		if size > maxResult {
			err = fmt.Errorf("%s makes more than %d MiB", name, maxResult>>20)
		}
		for _, a := range args {
			size += weight(a)
		}
		if b.work -= size + 1; b.work < 0 {
			err = errors.New("the template's functions handle too much data: a loop that is too long?")
		}
		return []reflect.Value{results[0], reflect.ValueOf(&err).Elem()}
	}).Interface()
}

// weight is about the number of bytes that v holds, as if nothing in it were there
// twice: lists of lists grow quickly. It stops counting where that is too much.
func weight(v reflect.Value) int {
	for v.Kind() == reflect.Interface && !v.IsNil() {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Map:
		n := 0
		for at := v.MapRange(); at.Next() && n <= maxResult; {
			n += 32 + weight(at.Key()) + weight(at.Value())
		}
		return n
	case reflect.Slice:
		n := 16 * v.Len() // what an element takes besides what it leads to
		switch v.Type().Elem().Kind() {
		case reflect.String, reflect.Interface, reflect.Slice, reflect.Map:
			for i := 0; i < v.Len() && n <= maxResult; i++ {
				n += weight(v.Index(i))
			}
		}
		return n
	}
	return 1
}

func refused(name string) func(...any) (string, error) {
	return func(...any) (string, error) {
		return "", fmt.Errorf("%s is not available in templates", name)
	}
}

// scalar is v's text. Lists and maps have none: nobody means Go's notation for
// them, and nested ones can be exponentially large.
func scalar(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
		return fmt.Sprint(v), nil
	case nil:
		return "", errors.New("there is no value here")
	}
	rv := reflect.ValueOf(v)
	if rv.Kind() == reflect.String {
		return rv.String(), nil
	}
	return "", fmt.Errorf("a %s cannot be printed", kindName(rv))
}

func kindName(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Map, reflect.Struct:
		return "map"
	}
	return v.Kind().String()
}

// printable is what every printing action ends in.
func printable(v any) (string, error) { return scalar(v) }

func concat(args []any, sep string) (string, error) {
	parts := make([]string, len(args))
	for i, a := range args {
		s, err := scalar(a)
		if err != nil {
			return "", err
		}
		parts[i] = s
	}
	return joined(parts, sep)
}

func joined(parts []string, sep string) (string, error) {
	size := 0
	for _, p := range parts {
		if size += len(p) + len(sep); size > maxResult {
			return "", fmt.Errorf("the text is longer than %d MiB", maxResult>>20)
		}
	}
	return strings.Join(parts, sep), nil
}

// verb matches what printf understands here: no width from an argument, and
// none that alone would fill a page.
var verb = regexp.MustCompile(`%([-+# 0]*)(\d*)(?:\.(\d*))?(.)`)

func printf(format string, args ...any) (string, error) {
	size := len(format)
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		for _, digits := range m[2:4] {
			n, err := strconv.Atoi(digits)
			if digits != "" && (err != nil || n > 200) {
				return "", fmt.Errorf("printf: the width in %q is too large", m[0])
			}
		}
		if !strings.Contains("%dsqvtxXcfgeob", m[4]) {
			return "", fmt.Errorf("printf: %q is not available in templates", m[0])
		}
		size += 200
	}
	if strings.ContainsAny(format, "*[") && regexp.MustCompile(`%[^a-zA-Z%]*[*\[]`).MatchString(format) {
		return "", errors.New("printf: a width or index from an argument is not available in templates")
	}
	for _, a := range args {
		s, err := scalar(a)
		if err != nil {
			return "", fmt.Errorf("printf: %w", err)
		}
		size += 4 * len(s)
	}
	if size > maxResult {
		return "", fmt.Errorf("printf makes more than %d MiB", maxResult>>20)
	}
	s := fmt.Sprintf(format, args...)
	if i := strings.Index(s, "%!"); i >= 0 {
		return "", fmt.Errorf("printf: the format and its arguments do not fit: %s", s[i:])
	}
	return s, nil
}

func toJSON(v any) (string, error) {
	var s any = v
	if l, err := texts(v); err == nil {
		s = l
	} else if _, err := scalar(v); err != nil {
		return "", err
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func replace(from, to, s string) (string, error) {
	if len(s)+strings.Count(s, from)*len(to) > maxResult {
		return "", fmt.Errorf("replace makes more than %d MiB", maxResult>>20)
	}
	return strings.ReplaceAll(s, from, to), nil
}

func repeat(n int, s string) (string, error) {
	if n < 0 || n > maxList || n*len(s) > maxResult {
		return "", fmt.Errorf("repeat %d times makes too much", n)
	}
	return strings.Repeat(s, n), nil
}

func indent(n int, s string) (string, error) {
	if n < 0 || n > 200 || len(s)+n*(strings.Count(s, "\n")+1) > maxResult {
		return "", fmt.Errorf("indent by %d makes too much", n)
	}
	pad := strings.Repeat(" ", n)
	return pad + strings.ReplaceAll(s, "\n", "\n"+pad), nil
}

// texts returns the texts of a list's elements.
func texts(v any) ([]string, error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Slice {
		return nil, errors.New("a list is needed here")
	}
	out := make([]string, rv.Len())
	for i := range out {
		s, err := scalar(rv.Index(i).Interface())
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, nil
}

func join(sep string, v any) (string, error) {
	parts, err := texts(v)
	if err != nil {
		return "", err
	}
	return joined(parts, sep)
}

func bounded(l []string) ([]string, error) {
	if len(l) > maxList {
		return nil, fmt.Errorf("the list has more than %d elements", maxList)
	}
	return l, nil
}

func has(item, list any) (bool, error) {
	want, err := scalar(item)
	if err != nil {
		return false, err
	}
	l, err := texts(list)
	return slices.Contains(l, want), err
}

func until(n int) ([]int, error) {
	if n < 0 || n > maxList {
		return nil, fmt.Errorf("until %d: between 0 and %d", n, maxList)
	}
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

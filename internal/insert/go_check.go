package insert

import (
	"go/ast"
	"go/token"
	"reflect"
	"slices"
	"strings"
)

// sameNode compares syntax trees: everything but positions and comments. A
// position that may be absent, as that of "...", must be there in both or in
// neither.
func sameNode(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() {
		return false
	}
	if !a.IsValid() {
		return true
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Interface, reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return sameNode(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameNode(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		return sameFields(a, b)
	case reflect.String:
		return a.String() == b.String()
	}
	if a.Type() == reflect.TypeFor[token.Pos]() {
		return (a.Int() == 0) == (b.Int() == 0)
	}
	return a.Equal(b)
}

// passedOver are the fields of syntax nodes that hold no syntax of their own.
var passedOver = []string{"Doc", "Comment", "Comments", "Imports", "Obj", "Scope", "Unresolved", "EndPos"}

func sameFields(a, b reflect.Value) bool {
	for i := range a.NumField() {
		if slices.Contains(passedOver, a.Type().Field(i).Name) {
			continue
		}
		if !sameNode(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}

// remarks are a file's comments, without line ends and indentation.
func (f *goFile) remarks() []string {
	var out []string
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			out = append(out, strings.Join(strings.Fields(c.Text), " "))
		}
	}
	return out
}

// sameBut makes sure that after, from which drop takes the entry, is f, and that
// no comment of f is lost.
func (f *goFile) sameBut(out []byte, what string, drop func(after *goFile) bool) error {
	after, err := parseGo(&source{name: f.name, data: out, base: f.base, eol: f.eol})
	if err != nil {
		return f.fail(Unsafe, -1, "%s the file would no longer parse: %v", what, err)
	}
	if !drop(after) || !sameNode(reflect.ValueOf(*f.ast), reflect.ValueOf(*after.ast)) {
		return f.fail(Unsafe, -1, "%s more of the file would change than the entry", what)
	}
	return nil
}

// inOrder tells whether all of some are in all, in this order.
func inOrder(some, all []string) bool {
	i := 0
	for _, s := range all {
		if i < len(some) && some[i] == s {
			i++
		}
	}
	return i == len(some)
}

// checkInsert makes sure that out is f with fr more in a's body or struct.
func (f *goFile) checkInsert(out []byte, a Address, fr *fragment) error {
	return f.sameBut(out, "with the entry", func(after *goFile) bool {
		p, err := after.body(a)
		if err != nil || !inOrder(f.remarks(), after.remarks()) {
			return false
		}
		found := p.matches(a, fr)
		if len(found) != 1 || !slices.Equal(p.words[found[0]:found[0]+len(fr.words)], fr.words) {
			return false
		}
		return after.drop(a, found[0], len(fr.words))
	})
}

// checkRemove makes sure that out is f without n items from number at on.
func (f *goFile) checkRemove(out []byte, a Address, at, n int) error {
	was, err := parseGo(f.source)
	if err != nil || !was.drop(a, at, n) {
		return f.fail(Unsafe, -1, "without the entry more of the file would change than the entry")
	}
	return was.sameBut(out, "without the entry", func(*goFile) bool { return true })
}

// drop takes n items, statements that are empty not counted, out of the tree.
func (f *goFile) drop(a Address, at, n int) bool {
	if a.Kind == Field {
		t, err := f.typeSpec(a.Name)
		if err != nil {
			return false
		}
		fields := t.Type.(*ast.StructType).Fields
		fields.List = slices.Delete(fields.List, at, at+n)
		return true
	}
	d, err := f.function(a.Name)
	if err != nil {
		return false
	}
	var kept []ast.Stmt
	i := 0
	for _, s := range d.Body.List {
		if !isEmpty(s) {
			if i++; i > at && i <= at+n {
				continue
			}
		}
		kept = append(kept, s)
	}
	d.Body.List = kept
	return true
}

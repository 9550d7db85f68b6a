package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestClock holds that what svcgen does never depends on what time it is: only who
// prints how long something took looks at the clock, so that one which jumps can
// do no harm. Waiting for so and so long is another matter: that clock only runs on.
func TestClock(t *testing.T) {
	tells := map[string]bool{"cli": true, "atlas": true}
	seen := 0
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return err
		}
		pkg, _, _ := strings.Cut(filepath.ToSlash(p), "/")
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); !ok || x.Name != "time" {
				return true
			}
			switch sel.Sel.Name {
			case "Now", "Since", "Until":
				seen++
				if !tells[pkg] {
					t.Errorf("%s: %s looks at the clock", set.Position(sel.Pos()), pkg)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Error("nobody looks at the clock: the test does not test it")
	}
}

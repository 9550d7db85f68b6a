package insert

import (
	"go/ast"
	"go/token"
	"slices"
)

// never are functions of the standard library that do not return.
var never = []string{"os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "runtime.Goexit"}

// final is the index of the last statement when control does not go past it,
// else the number of statements. Those are the terminating statements of the
// language's specification, and calls of a function that never returns.
func final(list []ast.Stmt) int {
	n := len(list)
	for n > 0 && isEmpty(list[n-1]) {
		n--
	}
	if n > 0 && terminates(list[n-1], "") {
		return n - 1
	}
	return len(list)
}

func isEmpty(s ast.Stmt) bool {
	_, ok := s.(*ast.EmptyStmt)
	return ok
}

// listTerminates tells whether a list of statements ends in a terminating one.
func listTerminates(list []ast.Stmt) bool { return final(list) < len(list) }

// terminates tells whether s is terminating; label is its label.
func terminates(s ast.Stmt, label string) bool {
	switch x := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return x.Tok == token.GOTO
	case *ast.ExprStmt:
		call, ok := x.X.(*ast.CallExpr)
		return ok && neverReturns(call)
	case *ast.BlockStmt:
		return listTerminates(x.List)
	case *ast.IfStmt:
		return x.Else != nil && listTerminates(x.Body.List) && terminates(x.Else, "")
	case *ast.ForStmt:
		return x.Cond == nil && !breaks(x.Body, label, true)
	case *ast.LabeledStmt:
		return terminates(x.Stmt, x.Label.Name)
	case *ast.SwitchStmt:
		return clausesTerminate(x.Body, label, true)
	case *ast.TypeSwitchStmt:
		return clausesTerminate(x.Body, label, true)
	case *ast.SelectStmt:
		return clausesTerminate(x.Body, label, false)
	}
	return false
}

func neverReturns(call *ast.CallExpr) bool {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name == "panic"
	case *ast.SelectorExpr:
		pkg, ok := fun.X.(*ast.Ident)
		return ok && slices.Contains(never, pkg.Name+"."+fun.Sel.Name)
	}
	return false
}

// clausesTerminate tells whether every clause of a switch or select does; a
// switch needs a default clause too.
func clausesTerminate(body *ast.BlockStmt, label string, needDefault bool) bool {
	hasDefault := false
	for _, s := range body.List {
		var list []ast.Stmt
		switch c := s.(type) {
		case *ast.CaseClause:
			list = c.Body
			hasDefault = hasDefault || c.List == nil
		case *ast.CommClause:
			list = c.Body
		}
		if !listTerminates(list) && !fallsThrough(list) {
			return false
		}
	}
	return (hasDefault || !needDefault) && !breaks(body, label, true)
}

func fallsThrough(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	b, ok := list[len(list)-1].(*ast.BranchStmt)
	return ok && b.Tok == token.FALLTHROUGH
}

// breaks tells whether a break in n leaves the statement around n: one with its
// label, or, while plain is set, one without.
func breaks(n ast.Node, label string, plain bool) bool {
	found := false
	ast.Inspect(n, func(c ast.Node) bool {
		if found || c == n {
			return !found
		}
		switch x := c.(type) {
		case *ast.BranchStmt:
			found = x.Tok == token.BREAK && (x.Label == nil && plain || x.Label != nil && x.Label.Name == label)
		case *ast.FuncLit:
			return false
		case *ast.ForStmt:
			found = breaks(x.Body, label, false)
			return false
		case *ast.RangeStmt:
			found = breaks(x.Body, label, false)
			return false
		case *ast.SwitchStmt:
			found = breaks(x.Body, label, false)
			return false
		case *ast.TypeSwitchStmt:
			found = breaks(x.Body, label, false)
			return false
		case *ast.SelectStmt:
			found = breaks(x.Body, label, false)
			return false
		}
		return true
	})
	return found
}

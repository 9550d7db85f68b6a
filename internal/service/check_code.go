package service

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// code checks the module path, and that the service's code reaches into no other
// service's.
func (c *checker) code(s *workspace.Service, files tree.Tree) {
	c.module(s, files)
	for _, p := range files.Paths() {
		switch path.Ext(p) {
		case ".go":
			c.imports(s, p, files[p].Data)
		case ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte":
			c.scripts(s, p, files[p].Data)
		}
	}
}

// module checks what go.mod says.
func (c *checker) module(s *workspace.Service, files tree.Tree) {
	mod, ok := files["go.mod"]
	if !ok {
		c.moduleLess(s, files)
		return
	}
	file := path.Join(s.Path, "go.mod")
	m, err := modfile.Parse(file, mod.Data, nil)
	if err != nil {
		c.add("module-unreadable", s, &diag.Error{File: file, Msg: "does not parse: " + err.Error()})
		return
	}
	if want := modulePath(c.w, *s); m.Module != nil && m.Module.Mod.Path != want {
		c.add("module-path", s, &diag.Error{File: file, Line: m.Module.Syntax.Start.Line, Col: m.Module.Syntax.Start.LineRune,
			Msg: fmt.Sprintf("the module is %s; the manifest makes it %s", m.Module.Mod.Path, want)})
	}
	for _, r := range m.Replace {
		if strings.HasPrefix(r.New.Path, "../") {
			c.add("module-replaced", s, &diag.Error{File: file, Line: r.Syntax.Start.Line, Col: r.Syntax.Start.LineRune,
				Msg: fmt.Sprintf("%s is replaced by a folder outside of the service: alone it does not build", r.Old.Path), Hint: "go.work joins modules without a replace"})
		}
	}
}

// moduleLess reports Go code that is in no module.
func (c *checker) moduleLess(s *workspace.Service, files tree.Tree) {
	for _, p := range files.Paths() {
		if path.Base(p) == "go.mod" {
			return
		}
	}
	for _, p := range files.Paths() {
		if path.Ext(p) == ".go" {
			c.add("module-unreadable", s, &diag.Error{File: path.Join(s.Path, "go.mod"), Msg: "does not exist, and there is Go code such as " + p, Hint: "restore it from git"})
			return
		}
	}
}

func (c *checker) imports(s *workspace.Service, p string, data []byte) {
	fset := token.NewFileSet()
	file := path.Join(s.Path, p)
	f, err := parser.ParseFile(fset, file, data, parser.ImportsOnly)
	if err != nil {
		return // the compiler says it better
	}
	for _, imp := range f.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			continue
		}
		if other := c.owner(name); other != "" && other != s.Name {
			at := fset.Position(imp.Path.Pos())
			c.add("imports-another-service", s, &diag.Error{File: file, Line: at.Line, Col: at.Column,
				Msg: fmt.Sprintf("imports %s, which belongs to %s", name, other), Hint: "call the service, or copy what is needed"})
		}
	}
}

// owner returns the service that keeps the package for itself, or "": its main
// package, and what is in its internal and cmd folders.
func (c *checker) owner(pkg string) string {
	for mod := pkg; mod != "." && mod != "/"; mod = path.Dir(mod) {
		name, ok := c.modules[mod]
		if !ok {
			continue
		}
		if rest := strings.TrimPrefix(pkg[len(mod):], "/"); rest == "" || within(rest, "internal") || within(rest, "cmd") {
			return name
		}
		return ""
	}
	return ""
}

// relative is what JavaScript and TypeScript take from a file elsewhere.
var relative = regexp.MustCompile("(?m)^[^/\\n]*\\b(?:from|import|require)\\b[ \\t]*\\(?[ \\t]*[\"'`](\\.\\./[^\"'`\\n]*)[\"'`]")

// scripts finds paths of scripts that lead into another service's folder.
func (c *checker) scripts(s *workspace.Service, p string, data []byte) {
	if !bytes.Contains(data, []byte("../")) {
		return
	}
	for _, m := range relative.FindAllSubmatchIndex(data, -1) {
		spec := string(data[m[2]:m[3]])
		to := path.Join(path.Dir(path.Join(s.Path, p)), spec)
		for i := range c.w.Manifest.Services {
			other := &c.w.Manifest.Services[i]
			if other.Name == s.Name || !within(to, other.Path) {
				continue
			}
			line := 1 + bytes.Count(data[:m[2]], []byte("\n"))
			c.add("imports-another-service", s, &diag.Error{File: path.Join(s.Path, p), Line: line, Col: m[2] - bytes.LastIndexByte(data[:m[2]], '\n'),
				Msg: fmt.Sprintf("imports %s, which belongs to %s", spec, other.Name), Hint: "call the service, or copy what is needed"})
		}
	}
}

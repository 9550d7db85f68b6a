package service

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/svcgen/svcgen/internal/tree"
)

// moved is a file of a person's own that a rename changes.
type moved struct {
	old, new tree.File
	to       string
}

// renamedPackages is what a service's new name does to its Go packages.
type renamedPackages struct {
	module, newModule string
	dirs              map[string]string // folders that are called otherwise
	names             map[string]string // by new folder: the package's old name
	newNames          map[string]string // by new folder: its new one
}

// translated is a tree of the service's files with its Go code brought to the
// new name. Both sides of a merge are translated before it, so that what is left
// to merge is what people wrote.
func (r *renamedPackages) translated(files tree.Tree, pairs map[string]string) tree.Tree {
	out := files.Clone()
	for p, f := range files {
		if path.Ext(p) != ".go" || f.Kind == tree.Symlink {
			continue
		}
		at := p
		if to, moves := pairs[p]; moves {
			at = to
		}
		f.Data = r.file(at, f.Data)
		out[p] = f
	}
	return out
}

// code brings a person's own files to the new name: those in folders that are
// called otherwise move with them, and Go code gets the new import paths, package
// clauses, and names of packages. They are returned by their path in the
// workspace, as it is after the folder has moved.
func (t *transition) code() (map[string]moved, error) {
	r := t.packages()
	dir := t.to.service.Path
	for p := range t.merged.Read { // renamed by a person, and read by the merge
		if f := t.merged.Tree[p]; path.Ext(p) == ".go" {
			f.Data = r.file(p, f.Data)
			t.merged.Tree[p] = f
		}
	}
	others, err := t.others()
	if err != nil {
		return nil, err
	}
	out := map[string]moved{}
	for _, p := range others.Paths() {
		f := others[p]
		if _, taken := t.merged.Tree[p]; taken || f.Kind == tree.Symlink {
			continue
		}
		to, next := r.dir(p), f
		if path.Ext(p) == ".go" {
			next.Data = r.file(to, f.Data)
			if bytes.Equal(next.Data, f.Data) && bytes.Contains(f.Data, []byte(r.module)) && parses(p, f.Data) != nil {
				t.note("%s does not parse, and was left as it is", path.Join(dir, to))
			}
		}
		if _, taken := t.merged.Tree[to]; taken && to != p {
			to = p // a file of the template's is in the way: the person's stays where it is
		}
		if to != p || !next.Equal(f) {
			out[path.Join(dir, p)] = moved{f, next, path.Join(dir, to)}
		}
	}
	return out, nil
}

// dir is where a path stands after the rename: with the nearest folder around it
// that is called otherwise.
func (r *renamedPackages) dir(p string) string {
	for at := path.Dir(p); at != "."; at = path.Dir(at) {
		if to, ok := r.dirs[at]; ok {
			return to + p[len(at):]
		}
	}
	return p
}

// packages compares the two renderings.
func (t *transition) packages() *renamedPackages {
	r := &renamedPackages{module: t.from.scope.Service.Module, newModule: t.to.scope.Service.Module,
		dirs: map[string]string{}, names: map[string]string{}, newNames: map[string]string{}}
	split := map[string]bool{}
	pairs := t.pairs()
	for from, to := range pairs {
		a, b := path.Dir(from), path.Dir(to)
		if was, ok := r.dirs[a]; ok && was != b {
			split[a] = true
		}
		r.dirs[a] = b
	}
	for p := range t.before.files {
		if _, goes := pairs[p]; !goes {
			split[path.Dir(p)] = true
		}
	}
	for d := range split {
		delete(r.dirs, d)
	}
	for from, to := range pairs {
		if path.Ext(from) != ".go" {
			continue
		}
		a, b := packageName(t.before.files[from].Data), packageName(t.after.files[to].Data)
		if a != b && a != "" && b != "" {
			r.names[path.Dir(to)], r.newNames[path.Dir(to)] = strings.TrimSuffix(a, "_test"), strings.TrimSuffix(b, "_test")
		}
	}
	return r
}

func packageName(data []byte) string {
	f, err := parser.ParseFile(token.NewFileSet(), "", data, parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	return f.Name.Name
}

// edit replaces bytes of a file.
type edit struct {
	at, end int
	text    string
}

// file mends one Go file, which is to stand at p. One that does not parse stays
// as it is.
func (r *renamedPackages) file(p string, data []byte) []byte {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, p, data, parser.ParseComments)
	if err != nil {
		return data
	}
	off := func(pos token.Pos) int { return fset.Position(pos).Offset }
	var edits []edit
	if old, ok := r.names[path.Dir(p)]; ok {
		if rest, is := strings.CutPrefix(f.Name.Name, old); is && (rest == "" || rest == "_test") {
			edits = append(edits, edit{off(f.Name.Pos()), off(f.Name.End()), r.newNames[path.Dir(p)] + rest})
		}
	}
	called := map[string]string{} // package names in this file, old to new
	for _, imp := range f.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			continue
		}
		to, dir, ok := r.importPath(name)
		if !ok {
			continue
		}
		old, changes := r.names[dir]
		switch {
		case !changes || imp.Name != nil:
		case uses(f, r.newNames[dir]):
			// The new name means something else here: the old one stays, as this
			// file's own name for the package.
			edits = append(edits, edit{off(imp.Path.Pos()), off(imp.Path.Pos()), old + " "})
		default:
			called[old] = r.newNames[dir]
		}
		if to != name {
			edits = append(edits, edit{off(imp.Path.Pos()), off(imp.Path.End()), strconv.Quote(to)})
		}
	}
	free := map[*ast.Ident]bool{}
	for _, id := range f.Unresolved {
		free[id] = true
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok && free[id] && called[id.Name] != "" {
			edits = append(edits, edit{off(id.Pos()), off(id.End()), called[id.Name]})
		}
		return true
	})
	return applied(data, edits)
}

// uses reports whether a file has an identifier of that name, other than one
// behind a dot.
func uses(f *ast.File, name string) bool {
	found := false
	behind := map[*ast.Ident]bool{f.Name: true}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			behind[n.Sel] = true
		case *ast.Ident:
			found = found || n.Name == name && !behind[n]
		}
		return !found
	})
	return found
}

// importPath translates a path of the service's own packages; dir is its new
// folder in the service.
func (r *renamedPackages) importPath(name string) (to, dir string, ok bool) {
	for _, mod := range []string{r.module, r.newModule} {
		rest, in := strings.CutPrefix(name, mod)
		if !in || rest != "" && rest[0] != '/' {
			continue
		}
		dir = strings.TrimPrefix(rest, "/")
		if mod == r.module {
			dir = strings.TrimSuffix(r.dir(dir+"/"), "/")
		}
		return path.Join(r.newModule, dir), dir, true
	}
	return "", "", false
}

func applied(data []byte, edits []edit) []byte {
	if len(edits) == 0 {
		return data
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	var b bytes.Buffer
	at := 0
	for _, e := range edits {
		if e.at < at {
			continue
		}
		b.Write(data[at:e.at])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(data[at:])
	return b.Bytes()
}

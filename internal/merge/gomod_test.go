package merge

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/tree"
)

const gomod = `module example.com/shop/payments

go 1.25.0

require (
	github.com/google/uuid v1.6.0
	github.com/jackc/pgx/v5 v5.7.0
	go.uber.org/zap v1.27.0
)

require (
	github.com/jackc/pgpassfile v1.0.0 // indirect
	golang.org/x/text v0.20.0 // indirect
)
`

// change replaces pairs of words in gomod.
func change(pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(gomod, pairs[i]) {
			panic(pairs[i] + " is not in gomod")
		}
	}
	return strings.NewReplacer(pairs...).Replace(gomod)
}

// code imports all that gomod requires directly.
const code = "package p\n\nimport (\n\t_ \"github.com/google/uuid\"\n\t_ \"github.com/jackc/pgx/v5/pgxpool\"\n\t_ \"go.uber.org/zap\"\n)\n"

func TestGoMod(t *testing.T) {
	uuid, pgx, zap := "\tgithub.com/google/uuid v1.6.0\n", "\tgithub.com/jackc/pgx/v5 v5.7.0\n", "\tgo.uber.org/zap v1.27.0\n"
	text := "\tgolang.org/x/text v0.20.0 // indirect\n"
	// The go command writes a block of one line as a line.
	indirect, one := "(\n\tgithub.com/jackc/pgpassfile v1.0.0 // indirect\n"+text+")\n", "github.com/jackc/pgpassfile v1.0.0 // indirect\n"
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	for _, c := range []struct {
		name, ours, theirs, want string
		code                     string // "": all is imported
		odds                     string // what is undecided
	}{
		{name: "each adds a module", ours: change(uuid, uuid+"\tgithub.com/redis/go-redis/v9 v9.7.0\n"), theirs: change(uuid, uuid+"\tgithub.com/spf13/cobra v1.8.1\n"),
			want: change(uuid, uuid, pgx, pgx+"\tgithub.com/redis/go-redis/v9 v9.7.0\n\tgithub.com/spf13/cobra v1.8.1\n")},
		{name: "both add a module, theirs higher", ours: change(zap, zap+"\tgoogle.golang.org/grpc v1.68.0\n"), theirs: change(zap, zap+"\tgoogle.golang.org/grpc v1.70.0\n"),
			want: change(zap, zap+"\tgoogle.golang.org/grpc v1.70.0\n")},
		{name: "both add a module, ours higher", ours: change(zap, zap+"\tgoogle.golang.org/grpc v1.71.0\n"), theirs: change(zap, zap+"\tgoogle.golang.org/grpc v1.70.0\n"),
			want: change(zap, zap+"\tgoogle.golang.org/grpc v1.71.0\n")},
		{name: "both raise, theirs higher", ours: change("pgx/v5 v5.7.0", "pgx/v5 v5.7.1"), theirs: change("pgx/v5 v5.7.0", "pgx/v5 v5.10.0"), want: change("pgx/v5 v5.7.0", "pgx/v5 v5.10.0")},
		{name: "both raise, ours higher", ours: change("pgx/v5 v5.7.0", "pgx/v5 v5.10.0"), theirs: change("pgx/v5 v5.7.0", "pgx/v5 v5.7.1"), want: change("pgx/v5 v5.7.0", "pgx/v5 v5.10.0")},
		{name: "a pre-release is lower", ours: change("zap v1.27.0", "zap v1.28.0-rc.1"), theirs: change("zap v1.27.0", "zap v1.28.0"), want: change("zap v1.27.0", "zap v1.28.0")},
		{name: "each raises another", ours: change("uuid v1.6.0", "uuid v1.7.0"), theirs: change("zap v1.27.0", "zap v1.28.0"), want: change("uuid v1.6.0", "uuid v1.7.0", "zap v1.27.0", "zap v1.28.0")},
		{name: "neighbours", ours: change("uuid v1.6.0", "uuid v1.7.0"), theirs: change("pgx/v5 v5.7.0", "pgx/v5 v5.8.0"), want: change("uuid v1.6.0", "uuid v1.7.0", "pgx/v5 v5.7.0", "pgx/v5 v5.8.0")},
		{name: "ours lowered one", ours: change("zap v1.27.0", "zap v1.26.0"), theirs: change("uuid v1.6.0", "uuid v1.7.0"), want: change("zap v1.27.0", "zap v1.26.0", "uuid v1.6.0", "uuid v1.7.0")},
		{name: "theirs lowered one", ours: change("uuid v1.6.0", "uuid v1.7.0"), theirs: change("zap v1.27.0", "zap v1.26.0"), want: change("zap v1.27.0", "zap v1.26.0", "uuid v1.6.0", "uuid v1.7.0")},
		{name: "theirs drops what nothing imports", ours: change("zap v1.27.0", "zap v1.28.0"), theirs: change(uuid, ""), code: "package p\n", want: change("zap v1.27.0", "zap v1.28.0", uuid, "")},
		{name: "theirs drops what the code imports", ours: change("zap v1.27.0", "zap v1.28.0"), theirs: change(uuid, ""), want: change("zap v1.27.0", "zap v1.28.0")},
		{name: "theirs drops what the code imports, ours as in base", ours: gomod, theirs: change(uuid, "", "1.25.0", "1.26.0"), want: change("1.25.0", "1.26.0")},
		{name: "theirs drops what nothing imports, ours as in base", ours: gomod, theirs: change(uuid, "", "1.25.0", "1.26.0"), code: "package p\n", want: change(uuid, "", "1.25.0", "1.26.0")},
		{name: "theirs drops what ours raised", ours: change("uuid v1.6.0", "uuid v1.7.0"), theirs: change(uuid, ""), code: "package p\n", want: change("uuid v1.6.0", "uuid v1.7.0")},
		{name: "theirs drops what ours wrote a comment at", ours: change(uuid, "\t// kept for the importer\n"+uuid), theirs: change(uuid, ""), code: "package p\n", want: change(uuid, "\t// kept for the importer\n"+uuid)},
		{name: "theirs drops what ours has a tool of", ours: change("go 1.25.0\n", "go 1.25.0\n\ntool github.com/google/uuid/cmd/uuid\n"), theirs: change(uuid, ""), code: "package p\n",
			want: change("go 1.25.0\n", "go 1.25.0\n\ntool github.com/google/uuid/cmd/uuid\n")},
		{name: "ours drops what nothing imports", ours: change(zap, ""), theirs: change("uuid v1.6.0", "uuid v1.7.0"), code: "package p\n", want: change(zap, "", "uuid v1.6.0", "uuid v1.7.0")},
		{name: "ours drops what theirs raises and nothing imports", ours: change(zap, ""), theirs: change("zap v1.27.0", "zap v1.28.0"), code: "package p\n", want: change(zap, "")},
		{name: "ours drops what theirs' code imports", ours: change(zap, ""), theirs: change("zap v1.27.0", "zap v1.28.0"), want: change("zap v1.27.0", "zap v1.28.0")},
		{name: "ours makes an indirect one direct", ours: change(text, "", zap, zap+"\tgolang.org/x/text v0.20.0\n"), theirs: change("text v0.20.0", "text v0.22.0"), want: change(indirect, one, zap, zap+"\tgolang.org/x/text v0.22.0\n")},
		{name: "theirs makes an indirect one direct", ours: change("text v0.20.0", "text v0.22.0"), theirs: change(text, "", zap, zap+"\tgolang.org/x/text v0.20.0\n"), want: change(indirect, one, zap, zap+"\tgolang.org/x/text v0.22.0\n")},
		{name: "theirs no longer imports what ours does", ours: change("uuid v1.6.0", "uuid v1.7.0"), theirs: change(zap, "", text, "\tgo.uber.org/zap v1.27.0 // indirect\n"+text), want: change("uuid v1.6.0", "uuid v1.7.0")},
		{name: "comments everywhere", ours: "// Package payments.\n" + change("require (\n\tgithub.com/google", "// What we use.\nrequire (\n\t// identifiers\n\tgithub.com/google", zap, "\tgo.uber.org/zap v1.27.0 // pinned: 1.28 panics\n\t// more to come\n"),
			theirs: change("uuid v1.6.0", "uuid v1.7.0", "zap v1.27.0", "zap v1.28.0"),
			want:   "// Package payments.\n" + change("require (\n\tgithub.com/google/uuid v1.6.0", "// What we use.\nrequire (\n\t// identifiers\n\tgithub.com/google/uuid v1.7.0", zap, "\tgo.uber.org/zap v1.28.0 // pinned: 1.28 panics\n// more to come\n")},
		{name: "a replacement here", ours: gomod + "\nreplace go.uber.org/zap => ../zap\n", theirs: change("zap v1.27.0", "zap v1.28.0"), want: change("zap v1.27.0", "zap v1.28.0") + "\nreplace go.uber.org/zap => ../zap\n"},
		{name: "a replacement there", ours: change("uuid v1.6.0", "uuid v1.7.0"), theirs: gomod + "\nreplace go.uber.org/zap v1.27.0 => example.com/fork v1.0.0\n", want: change("uuid v1.6.0", "uuid v1.7.0") + "\nreplace go.uber.org/zap v1.27.0 => example.com/fork v1.0.0\n"},
		{name: "replacements of one and of all versions", ours: gomod + "\nreplace go.uber.org/zap v1.27.0 => ../zap\n", theirs: gomod + "\nreplace go.uber.org/zap => ../other\n",
			want: gomod + "\nreplace (\n\tgo.uber.org/zap v1.27.0 => ../zap\n\tgo.uber.org/zap => ../other\n)\n"},
		{name: "two replacements", ours: gomod + "\nreplace go.uber.org/zap => ../zap\n", theirs: gomod + "\nreplace go.uber.org/zap => ../other\n", odds: "replace go.uber.org/zap is ../zap here, and ../other there"},
		{name: "exclude, ignore, tool, godebug there", ours: change("uuid v1.6.0", "uuid v1.7.0"),
			theirs: gomod + "\nexclude go.uber.org/zap v1.26.0\n\nignore ./web\n\ntool golang.org/x/tools/cmd/stringer\n\ngodebug default=go1.24\n",
			want:   change("uuid v1.6.0", "uuid v1.7.0") + "\nexclude go.uber.org/zap v1.26.0\n\ntool golang.org/x/tools/cmd/stringer\n\nignore ./web\n\ngodebug default=go1.24\n"},
		{name: "exclude, tool, retract here", ours: gomod + "\nexclude go.uber.org/zap v1.26.0\n\ntool golang.org/x/tools/cmd/stringer\n\nretract v1.0.0 // too early\n",
			theirs: change("uuid v1.6.0", "uuid v1.7.0"), want: change("uuid v1.6.0", "uuid v1.7.0") + "\nexclude go.uber.org/zap v1.26.0\n\ntool golang.org/x/tools/cmd/stringer\n\nretract v1.0.0 // too early\n"},
		{name: "go, theirs higher", ours: change("1.25.0", "1.25.3"), theirs: change("1.25.0", "1.26.0"), want: change("1.25.0", "1.26.0")},
		{name: "go, ours higher", ours: change("1.25.0", "1.26.1"), theirs: change("1.25.0", "1.26rc2"), want: change("1.25.0", "1.26.1")},
		{name: "go, 1.9 is not higher than 1.26", ours: change("1.25.0", "1.26.0"), theirs: change("1.25.0", "1.9"), want: change("1.25.0", "1.26.0")},
		{name: "toolchain here", ours: change("go 1.25.0\n", "go 1.25.0\n\ntoolchain go1.26.1\n"), theirs: change("uuid v1.6.0", "uuid v1.7.0"), want: change("go 1.25.0\n", "go 1.25.0\n\ntoolchain go1.26.1\n", "uuid v1.6.0", "uuid v1.7.0")},
		{name: "toolchain on both", ours: change("go 1.25.0\n", "go 1.25.0\n\ntoolchain go1.26.1\n"), theirs: change("go 1.25.0\n", "go 1.25.0\n\ntoolchain go1.26.8\n"), want: change("go 1.25.0\n", "go 1.25.0\n\ntoolchain go1.26.8\n")},
		{name: "CRLF here", ours: crlf(change(uuid, uuid+"\tgithub.com/redis/go-redis/v9 v9.7.0 // ours\n")), theirs: change("zap v1.27.0", "zap v1.28.0"),
			want: crlf(change(pgx, pgx+"\tgithub.com/redis/go-redis/v9 v9.7.0 // ours\n", "zap v1.27.0", "zap v1.28.0"))},
		{name: "another module path here", ours: change("shop/payments", "store/payments"), theirs: change("zap v1.27.0", "zap v1.28.0"), want: change("shop/payments", "store/payments", "zap v1.27.0", "zap v1.28.0")},
		{name: "another module path there", ours: change("zap v1.27.0", "zap v1.28.0"), theirs: change("shop/payments", "store/payments"), want: change("shop/payments", "store/payments", "zap v1.27.0", "zap v1.28.0")},
		{name: "two other module paths", ours: change("shop/payments", "mine/payments"), theirs: change("shop/payments", "store/payments"), odds: "module is example.com/mine/payments here, and example.com/store/payments there"},
		{name: "broken here", ours: change("uuid v1.6.0", "uuid"), theirs: change("zap v1.27.0", "zap v1.28.0"), odds: errOdd.Error()},
		{name: "broken there", ours: change("zap v1.27.0", "zap v1.28.0"), theirs: change("uuid v1.6.0", "uuid"), odds: errOdd.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.code == "" {
				c.code = code
			}
			imported := func(mod string) bool { return strings.Contains(c.code, `"`+mod) }
			data, odds, err := requirements([]byte(gomod), []byte(c.ours), []byte(c.theirs), Abort, imported)
			if err != nil {
				odds = []string{err.Error()}
			}
			if diff := cmp.Diff(c.odds, strings.Join(odds, "; ")); diff != "" {
				t.Fatal(diff)
			}
			if diff := cmp.Diff(c.want, string(data)); diff != "" {
				t.Error(diff)
			}
			if c.odds == "" {
				// Once more changes nothing.
				again, _, err := requirements([]byte(c.theirs), data, []byte(c.theirs), Abort, imported)
				if err != nil || string(again) != string(data) {
					t.Errorf("once more gave %v, %s", err, cmp.Diff(string(data), string(again)))
				}
			}
		})
	}
}

// TestGoModPolicies: what go.mod cannot decide, the policy does.
func TestGoModPolicies(t *testing.T) {
	base, ours, theirs := gomod, gomod+"\nreplace go.uber.org/zap => ../zap\n", gomod+"\nreplace go.uber.org/zap => ../other\n"
	const detail = "replace go.uber.org/zap is ../zap here, and ../other there"
	for p, want := range map[Policy]outcome{
		Abort:  {Tree: files("go.mod", ours), Conflicts: []Conflict{{"go.mod", Content, detail, 0}}},
		Ours:   {Tree: files("go.mod", ours), Decided: []Conflict{{"go.mod", Content, detail + "; yours stays", 0}}},
		Theirs: {Tree: files("go.mod", theirs), Decided: []Conflict{{"go.mod", Content, detail + "; yours is replaced", 0}}},
		Markers: {Tree: files("go.mod", gomod+"\n<<<<<<< yours\nreplace go.uber.org/zap => ../zap\n=======\nreplace go.uber.org/zap => ../other\n>>>>>>> the template\n"),
			Conflicts: []Conflict{{"go.mod", Content, "the same lines were changed here and in the template", 16}}},
	} {
		t.Run(policies[p], func(t *testing.T) {
			mergeOne(t, Input{Base: files("go.mod", base), Ours: files("go.mod", ours), Theirs: files("go.mod", theirs), Policy: p}).check(t, want)
		})
	}
	// A file that does not parse is merged line by line.
	broken := strings.Replace(gomod, "uuid v1.6.0", "uuid", 1)
	next := strings.Replace(gomod, "zap v1.27.0", "zap v1.28.0", 1)
	mergeOne(t, Input{Base: files("go.mod", gomod), Ours: files("go.mod", broken), Theirs: files("go.mod", next)}).check(t,
		outcome{Tree: files("go.mod", strings.Replace(broken, "zap v1.27.0", "zap v1.28.0", 1)), Merged: []string{"go.mod"}})
}

// TestCommonModules: seven modules that people add to a service, beside what a
// new release of its template adds. A merge line by line conflicts.
func TestCommonModules(t *testing.T) {
	conflicts := 0
	common := []string{"github.com/google/uuid v1.6.0", "github.com/stretchr/testify v1.11.1", "github.com/jackc/pgx/v5 v5.7.6", "go.uber.org/zap v1.27.0",
		"github.com/spf13/cobra v1.10.1", "github.com/redis/go-redis/v9 v9.14.0", "google.golang.org/grpc v1.75.0"}
	const head, tail = "module example.com/shop\n\ngo 1.25.0\n\nrequire (\n\tgithub.com/nats-io/nats.go v1.40.0\n", ")\n"
	for _, own := range common {
		for _, new := range common {
			if own == new {
				continue
			}
			// The go command keeps the lines sorted.
			with := func(mods ...string) string {
				f, err := modfile.Parse("go.mod", []byte(head+"\t"+strings.Join(mods, "\n\t")+"\n"+tail), nil)
				if err != nil {
					t.Fatal(err)
				}
				f.SortBlocks()
				out, err := f.Format()
				if err != nil {
					t.Fatal(err)
				}
				return string(out)
			}
			base, ours := strings.Replace(head, "require (\n\t", "require ", 1), with(own)
			theirs, want := with(new), with(own, new)
			res, err := Trees(t.Context(), Input{Base: files("go.mod", base), Ours: files("go.mod", ours), Theirs: files("go.mod", theirs)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(res.Tree["go.mod"].Data)); diff != "" || len(res.Conflicts) > 0 || !res.Requires {
				t.Errorf("%s and %s: %v %s", own, new, res.Conflicts, diff)
			}
			line, err := Git{}.Texts(t.Context(), []byte(base), []byte(ours), []byte(theirs), "", Abort)
			if err != nil {
				t.Fatal(err)
			}
			if line.Conflicts > 0 {
				conflicts++
			}
		}
	}
	if conflicts == 0 {
		t.Error("line by line nothing conflicts: then there is nothing to do by meaning")
	}
	t.Logf("line by line, %d of 42 conflict", conflicts)
}

// TestImports: what the merged code imports counts, also in a file that only the
// person has; what it no longer imports does not.
func TestImports(t *testing.T) {
	theirs := change("\tgithub.com/google/uuid v1.6.0\n", "")
	imports := "package p\n\nimport _ \"github.com/google/uuid\"\n"
	read := 0
	rest := func(data string) func() (tree.Tree, error) {
		return func() (tree.Tree, error) { read++; return files("own/own.go", data, "own/broken.go", "pack"), nil }
	}
	for _, c := range []struct {
		name     string
		ours     tree.Tree
		rest     string
		required bool
	}{
		{"nowhere", files("go.mod", gomod, "a.go", imports), "package p\n", false}, // theirs' a.go no longer does
		{"in a person's file", files("go.mod", gomod, "a.go", imports), imports, true},
		{"in a merged file", files("go.mod", gomod, "a.go", imports+"\nvar mine int\n"), "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, next := files("go.mod", gomod, "a.go", imports), files("go.mod", theirs, "a.go", "package p\n")
			if c.required && c.rest == "" {
				next["a.go"] = base["a.go"]
			}
			res, err := Trees(t.Context(), Input{Base: base, Ours: c.ours, Theirs: next, Others: rest(c.rest)})
			if err != nil || len(res.Conflicts) > 0 {
				t.Fatal(err, res.Conflicts)
			}
			if got := strings.Contains(string(res.Tree["go.mod"].Data), "google/uuid"); got != c.required {
				t.Errorf("required: %v\n%s", got, res.Tree["go.mod"].Data)
			}
		})
	}
	if read != 3 {
		t.Errorf("the other files were read %d times in 3 merges", read)
	}
	bad := errors.New("no permission")
	_, err := Trees(t.Context(), Input{Base: files("go.mod", gomod), Ours: files("go.mod", gomod), Theirs: files("go.mod", theirs), Others: func() (tree.Tree, error) { return nil, bad }})
	if !errors.Is(err, bad) {
		t.Errorf("other files that cannot be read gave %v", err)
	}
}

func TestSums(t *testing.T) {
	a, b, c := "a.com/a v1.0.0 h1:aa=\na.com/a v1.0.0/go.mod h1:am=\n", "b.com/b v1.2.0 h1:bb=\nb.com/b v1.2.0/go.mod h1:bm=\n", "b.com/b v1.10.0 h1:cc=\nb.com/b v1.10.0/go.mod h1:cm=\n"
	for _, x := range []struct {
		name, base, ours, theirs, want string
		asOurs, asTheirs               bool
		odds                           string
	}{
		{name: "each adds", base: "", ours: a + c, theirs: b, want: a + b + c},
		{name: "versions by number", base: a, ours: c + a, theirs: a + b, want: a + b + c},
		{name: "theirs drops, people require more", base: a + b, ours: a + b + c, theirs: a, want: a + b + c},
		{name: "theirs drops, nobody requires more", base: a + b, ours: a + b + c, theirs: a, asTheirs: true, want: a + c},
		{name: "ours drops, theirs requires more", base: a + b, ours: a, theirs: a + b + c, want: a + b + c},
		{name: "ours drops, nobody requires more", base: a + b, ours: a, theirs: a + b + c, asOurs: true, want: a + c},
		{name: "both drop", base: a + b, ours: a, theirs: a, want: a},
		{name: "CRLF here", base: a, ours: strings.ReplaceAll(a, "\n", "\r\n"), theirs: a + b, want: strings.ReplaceAll(a+b, "\n", "\r\n")},
		{name: "two sums", base: "", ours: a, theirs: strings.ReplaceAll(a, "aa", "xx"), odds: "there are two sums for a.com/a v1.0.0"},
		{name: "two sums, both ways to write one", base: "", ours: a + "a.com/a v1.0.0 h2:zz=\n", theirs: a + "a.com/a v1.0.0 h2:zz=\n" + b, want: "a.com/a v1.0.0 h1:aa=\na.com/a v1.0.0 h2:zz=\na.com/a v1.0.0/go.mod h1:am=\n" + b},
		{name: "something else in it", base: a, ours: a + "<<<<<<< HEAD\n", theirs: a + b, odds: errOdd.Error()},
	} {
		t.Run(x.name, func(t *testing.T) {
			got, odds, err := sums([]byte(x.base), []byte(x.ours), []byte(x.theirs), Abort, x.asOurs, x.asTheirs)
			if err != nil {
				odds = []string{err.Error()}
			}
			if diff := cmp.Diff(x.odds, strings.Join(odds, "; ")) + cmp.Diff(x.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	other := strings.ReplaceAll(a, "aa", "xx")
	for p, want := range map[Policy]outcome{
		Abort:  {Tree: files("go.sum", a), Conflicts: []Conflict{{"go.sum", Sums, "there are two sums for a.com/a v1.0.0", 0}}},
		Ours:   {Tree: files("go.sum", a), Decided: []Conflict{{"go.sum", Sums, "there are two sums for a.com/a v1.0.0; yours stays", 0}}},
		Theirs: {Tree: files("go.sum", other), Decided: []Conflict{{"go.sum", Sums, "there are two sums for a.com/a v1.0.0; yours is replaced", 0}}},
	} {
		mergeOne(t, Input{Ours: files("go.sum", a), Theirs: files("go.sum", other), Policy: p}).check(t, want)
	}
}

// TestSumsOrder: the go command's own go.sum comes back byte for byte.
func TestSumsOrder(t *testing.T) {
	data, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	all, err := sumLines(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := writeSums(all, lf); string(got) != string(data) {
		t.Error(cmp.Diff(string(data), string(got)))
	}
}

// TestModuleAndSum: go.sum is pruned only where the merged go.mod requires what
// one side requires.
func TestModuleAndSum(t *testing.T) {
	uuid, zap := "github.com/google/uuid v1.6.0 h1:u=\n", "go.uber.org/zap v1.27.0 h1:z=\n"
	base := files("go.mod", gomod, "go.sum", uuid+zap)
	theirs := files("go.mod", change("\tgithub.com/google/uuid v1.6.0\n", ""), "go.sum", zap)
	// Nobody imports it: both files follow theirs.
	mergeOne(t, Input{Base: base, Ours: base, Theirs: theirs}).check(t, outcome{Tree: theirs, Taken: []string{"go.mod", "go.sum"}})
	// A person's code imports it: both files keep it.
	own := files("own.go", "package p\n\nimport _ \"github.com/google/uuid\"\n")
	mergeOne(t, Input{Base: base, Ours: base, Theirs: theirs, Others: func() (tree.Tree, error) { return own, nil }}).check(t,
		outcome{Tree: base, Merged: []string{"go.mod", "go.sum"}})
}

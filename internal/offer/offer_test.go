package offer

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/diag"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What is made of a description stays the same for ever: services are rendered
// from it again years later. A difference here breaks that promise.
func TestGolden(t *testing.T) {
	data, err := os.ReadFile("testdata/rich.json")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/rich", data)
	files := map[string][]byte{}
	for _, f := range []string{"ledger.proto", "money.proto"} {
		if files["ledger/v1/"+f], err = os.ReadFile("testdata/proto/ledger/v1/" + f); err != nil {
			t.Fatal(err)
		}
	}
	described, err := FromProtos(files)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/proto", described)
}

func golden(t *testing.T, name string, data []byte) {
	t.Helper()
	made, err := Snapshot("api/openapi.json", data, All)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Parse("openapi.json", made)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, op := range o.Operations {
		fmt.Fprintf(&b, "%s %s %s = %s(%s) %s, %d, example %t, idempotent %t: %s\n", op.ID, op.Method, op.Route, op.Go, op.Request, op.Response, op.Status, op.Example, op.Idempotent, op.Summary)
		for _, p := range op.Parts {
			if p.Param != nil {
				fmt.Fprintf(&b, "  %s %s %s\n", p.Param.In, p.Param.Var, p.Param.Type)
			}
		}
		for _, p := range op.Params {
			fmt.Fprintf(&b, "  %s %s %s optional %t: %s\n", p.In, p.Go, p.Type, p.Optional, p.Doc)
		}
	}
	for _, ty := range o.Types {
		fmt.Fprintf(&b, "type %s\n", ty.Name)
		for _, f := range ty.Fields {
			fmt.Fprintf(&b, "  %s%s %s%s `%s%s`%s // %s\n", f.Go, f.NamePad, f.Type, f.TypePad, f.Name, f.Tag, f.TagPad, f.Doc)
		}
	}
	fmt.Fprintf(&b, "%s\n", o.Exchanges)
	for file, got := range map[string][]byte{name + ".snapshot.json": made, name + ".txt": b.Bytes()} {
		if *update {
			if err := os.WriteFile(file, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")); !bytes.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
	var exchanges []exchange
	if err := json.Unmarshal([]byte(o.Exchanges), &exchanges); err != nil || len(exchanges) == 0 {
		t.Errorf("%d exchanges, %v", len(exchanges), err)
	}
}

func TestProtosRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no proto":  {"<html>", `a.proto:1:1: does not parse: "<" begins no definition`},
		"half":      {"syntax = \"proto3\"; message A {", "a.proto:1:31: does not parse"},
		"not there": {"package a; service S { rpc Get(Missing) returns (A); } message A {}", "a.proto:1:24: Get: there is no message Missing"},
	} {
		if _, err := FromProtos(map[string][]byte{"a.proto": []byte(c.text)}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func FuzzProtos(f *testing.F) {
	for _, file := range []string{"ledger.proto", "money.proto"} {
		data, err := os.ReadFile("testdata/proto/ledger/v1/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("package a; service S { rpc Get(A) returns (A); } message A { A a = 1; repeated A b = 2; map<string, A> c = 3; }"))
	f.Fuzz(func(t *testing.T, data []byte) {
		made, err := FromProtos(map[string][]byte{"a.proto": data})
		if err == nil {
			_, err = Snapshot("a", made, All)
		}
		if err != nil && len(diag.All(err)) == 0 {
			t.Fatalf("no error for people: %v", err)
		}
	})
}

// A snapshot is a description: taken again, it stays; and what was not chosen
// does not change it.
func TestSnapshot(t *testing.T) {
	data, err := os.ReadFile("testdata/rich.json")
	if err != nil {
		t.Fatal(err)
	}
	take := func(data []byte, chosen string) string {
		t.Helper()
		out, err := Snapshot("x.json", data, chosen)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	all := take(data, All)
	if again := take([]byte(all), All); again != all {
		t.Errorf("taken again it is\n%s\nand was\n%s", again, all)
	}
	if strings.Contains(all, "Unused") || strings.Contains(all, "Problem") {
		t.Error("it has what nobody refers to")
	}
	one := take(data, "deleteAccount")
	if strings.Contains(one, "schemas") || strings.Contains(one, "listAccounts") {
		t.Errorf("one operation: %s", one)
	}
	changed := bytes.Replace(data, []byte("How many"), []byte("How much"), 1)
	if take(changed, "getAccount, deleteAccount") != take(data, "deleteAccount,getAccount,getAccount") {
		t.Error("what was not chosen changes the snapshot, or the order does")
	}
}

func TestRefused(t *testing.T) {
	operation := func(s string) string {
		return `{"openapi": "3.0.3", "paths": {"/a/{b}": {"get": ` + s + `}}}`
	}
	for _, c := range []struct{ name, data, chosen, want string }{
		{"nothing", ``, All, "is no JSON object"},
		{"a list", `[]`, All, "is no JSON object"},
		{"two", `{"openapi": "3.1.0"} {}`, All, "goes on behind"},
		{"another", `{"swagger": "2.0"}`, All, "is no description in OpenAPI 3"},
		{"no operation", `{"openapi": "3.1.0", "paths": {"/a": {"summary": "x"}}}`, All, "has no operation"},
		{"not there", operation(`{"operationId": "getA"}`), "getB", `has no operation "getB"`},
		{"no choice", operation(`{"operationId": "getA"}`), "", `has no operation ""`},
		{"a form", operation(`{"operationId": "getA", "requestBody": {"content": {"text/csv": {}}}}`), All, "takes a body that is no JSON"},
		{"a page", operation(`{"operationId": "getA", "responses": {"200": {"content": {"text/html": {}}}}}`), All, "answers with a body that is no JSON"},
		{"no name", operation(`{"operationId": "!"}`), All, "no name that Go could use"},
		{"one name", `{"openapi": "3.1.0", "paths": {"/a": {"get": {"operationId": "getA"}, "put": {"operationId": "get_a"}}}}`, All, "two operations are called GetA"},
	} {
		_, err := Snapshot("x.json", []byte(c.data), c.chosen)
		if err == nil || !strings.Contains(err.Error(), c.want) || len(diag.All(err)) != 1 {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// Whatever a provider's file holds, reading it ends, and with an error that a
// person can mend.
func FuzzSnapshot(f *testing.F) {
	rich, err := os.ReadFile("testdata/rich.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(rich)
	f.Add(Sample())
	f.Add([]byte(`{"openapi":"3.1.0","paths":{"/":{"get":{"operationId":"a","responses":{"200":{"$ref":"#/x"}},"requestBody":{"content":{"*/*":{"schema":{"type":"array","items":{"$ref":"#/components/schemas/A"}}}}}}}},"x":{"$ref":"#/x"},"components":{"schemas":{"A":{"type":"array","items":{"$ref":"#/components/schemas/A"}}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		made, err := Snapshot("x.json", data, All)
		if err != nil {
			if len(diag.All(err)) == 0 {
				t.Fatalf("no error for people: %v", err)
			}
			return
		}
		again, err := Snapshot("x.json", made, All)
		if err != nil || !bytes.Equal(made, again) {
			t.Fatalf("%v; the snapshot of a snapshot differs:\n%s\n%s", err, made, again)
		}
		if o, err := Parse("x.json", made); err != nil || !json.Valid([]byte(o.Exchanges)) {
			t.Fatalf("%v; exchanges: %s", err, o.Exchanges)
		}
	})
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What is in gen/ is what the .proto files say.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	root := filepath.Join("..", "..")
	want, err := generate(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range want {
		got, err := os.ReadFile(filepath.Join(root, "gen", filepath.FromSlash(name)))
		// A checkout may have Windows' line endings.
		if err != nil || !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), data) {
			t.Errorf("gen/%s is not what proto/ says; `go generate ./...` writes it", name)
		}
	}
	there, err := generated(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range there {
		if want[name] == nil {
			t.Errorf("gen/%s comes from no file in proto/; `go generate ./...` removes it", name)
		}
	}
}

// An edit of a .proto file changes the code; what is left of an earlier one goes;
// a file that does not compile changes nothing.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the generators twice more")
	}
	root := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, name), string(data))
	}
	source := filepath.Join(root, "proto", "a_b", "v1", "a.proto")
	write(t, source, "syntax = \"proto3\";\npackage a_b.v1;\nmessage M {}\nservice S { rpc Do(M) returns (M); }\n")
	write(t, filepath.Join(root, "gen", "old", "old.pb.go"), "package old\n")
	if err := run(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	got, err := generated(root)
	if want := []string{"a_b/v1/a.pb.go", "a_b/v1/abv1connect/a.connect.go"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("below gen/ is %v, %v; want %v", got, err, want)
	}
	write(t, source, "syntax = \"proto3\";\npackage a_b.v1;\nmessage {}\n")
	if err := run(t.Context(), root); err == nil || !strings.Contains(err.Error(), "a.proto:3:9") {
		t.Errorf("a file that does not compile: %v, want its place", err)
	}
	if after, err := generated(root); err != nil || !slices.Equal(after, got) {
		t.Errorf("then below gen/ is %v, %v", after, err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

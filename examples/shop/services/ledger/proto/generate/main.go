// Command generate writes the Go code of the service's .proto files into gen/.
//
//	go generate ./...
//
// It needs neither protoc nor a network: the files are compiled here, and Go's
// and Connect's own generators, at the versions that go.mod names, write the code.
// What is in gen/ besides is removed.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

//go:generate go run .

// module is where Go finds gen/.
const module = "github.com/acme/shop/services/ledger"

func main() {
	if err := run(context.Background(), filepath.Join("..", "..")); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run brings gen/ of the service in the folder root up to date.
func run(ctx context.Context, root string) error {
	files, err := generate(ctx, root)
	if err != nil {
		return err
	}
	for name, data := range files {
		name = filepath.Join(root, "gen", filepath.FromSlash(name))
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o666); err != nil {
			return err
		}
	}
	old, err := generated(root)
	for _, name := range old {
		if files[name] == nil {
			err = errors.Join(err, os.Remove(filepath.Join(root, "gen", filepath.FromSlash(name))))
		}
	}
	return err
}

// generated lists the Go files below gen/, as slash paths from there.
func generated(root string) (names []string, err error) {
	err = fs.WalkDir(os.DirFS(root), "gen", func(p string, d fs.DirEntry, err error) error {
		if err == nil && path.Ext(p) == ".go" {
			names = append(names, strings.TrimPrefix(p, "gen/"))
		}
		return err
	})
	return names, err
}

// generate returns what belongs below gen/, by slash path.
func generate(ctx context.Context, root string) (map[string][]byte, error) {
	request, err := compile(ctx, root)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for plugin, options := range map[string]string{"protoc-gen-go": "", "protoc-gen-connect-go": ",simple"} {
		request.Parameter = proto.String(parameter(request.GetFileToGenerate()) + options)
		made, err := call(ctx, root, plugin, request)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", plugin, err)
		}
		for _, f := range made.GetFile() {
			files[f.GetName()] = []byte(f.GetContent())
		}
	}
	return files, nil
}

// compile reads the .proto files below proto/; what they import from
// google/protobuf is at hand.
func compile(ctx context.Context, root string) (*pluginpb.CodeGeneratorRequest, error) {
	var names []string
	dir := filepath.Join(root, "proto")
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(p) == ".proto" {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{dir}}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := compiler.Compile(ctx, names...)
	if err != nil {
		return nil, err
	}
	request := &pluginpb.CodeGeneratorRequest{FileToGenerate: names}
	seen := map[string]bool{}
	for _, f := range compiled {
		request.ProtoFile = inOrder(request.ProtoFile, f, seen)
	}
	return request, nil
}

// inOrder appends a file behind those that it imports.
func inOrder(out []*descriptorpb.FileDescriptorProto, f protoreflect.FileDescriptor, seen map[string]bool) []*descriptorpb.FileDescriptorProto {
	if seen[f.Path()] {
		return out
	}
	seen[f.Path()] = true
	for i := range f.Imports().Len() {
		out = inOrder(out, f.Imports().Get(i).FileDescriptor, seen)
	}
	return append(out, protoutil.ProtoFromFileDescriptor(f))
}

// parameter tells the generators where the Go code of each file goes, so that
// the files themselves need not say it: entry/v1/x.proto becomes the package
// entryv1 in gen/entry/v1.
func parameter(names []string) string {
	options := []string{"paths=source_relative"}
	for _, name := range names {
		dir := path.Dir(name)
		options = append(options, fmt.Sprintf("M%s=%s/gen/%s;%s", name, module, dir, strings.NewReplacer("/", "", "_", "").Replace(dir)))
	}
	return strings.Join(options, ",")
}

// call runs a generator: a request goes in, a response comes out.
func call(ctx context.Context, root, plugin string, request *pluginpb.CodeGeneratorRequest) (*pluginpb.CodeGeneratorResponse, error) {
	in, err := proto.Marshal(request)
	if err != nil {
		return nil, err
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "tool", plugin)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = root, bytes.NewReader(in), &out, &errs
	// The versions are this module's, whatever a go.work around it says; a command
	// that crosses platforms still runs here.
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "GOOS=") || strings.HasPrefix(v, "GOARCH=")
	}), "GOWORK=off")
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(errs.Bytes()))
	}
	response := &pluginpb.CodeGeneratorResponse{}
	if err := proto.Unmarshal(out.Bytes(), response); err != nil {
		return nil, err
	}
	if response.Error != nil {
		return nil, errors.New(response.GetError())
	}
	return response, nil
}

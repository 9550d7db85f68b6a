package atlas

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/workspace"
)

const (
	protoFolder = "proto"
	maxProto    = 1 << 20
	maxProtos   = 200 // files of a service that are read
)

// methods lists the methods that the .proto files of a service declare, by file
// and in their order there: what callers of gRPC and Connect see.
func (d *Detail) methods(w *workspace.Workspace, s *workspace.Service) (out []Endpoint) {
	var files []string
	_ = fs.WalkDir(w.Root.FS(), path.Join(s.Path, protoFolder), func(p string, e fs.DirEntry, err error) error {
		if err != nil { // most services have no such folder
			return fs.SkipDir
		}
		if e.Type().IsRegular() && path.Ext(p) == ".proto" {
			files = append(files, p)
		}
		return nil
	})
	slices.Sort(files)
	if len(files) > maxProtos {
		d.Notes = append(d.Notes, path.Join(s.Path, protoFolder)+" has too many files; the first are shown")
		files = files[:maxProtos]
	}
	for _, p := range files {
		out = append(out, protoMethods(string(d.file(w, p, maxProto)))...)
	}
	return out
}

// protoToken is a comment, a string, a name with dots, or any other character
// (protobuf.dev/reference/protobuf/proto3-spec, Lexical Elements).
var protoToken = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?(?:\*/|\z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_][A-Za-z0-9_.]*|\S`)

// protoMethods lists the methods of a .proto file. It finds declarations and does
// not judge the rest: a file that does not compile shows what can be read.
func protoMethods(text string) (out []Endpoint) {
	var tokens []string
	comment := map[int]string{} // before the token of that number, the first line of it
	for _, t := range protoToken.FindAllString(text, -1) {
		switch {
		case strings.HasPrefix(t, "//"):
			if comment[len(tokens)] == "" {
				comment[len(tokens)] = strings.TrimSpace(strings.TrimLeft(t, "/"))
			}
		case strings.HasPrefix(t, "/*"):
		default:
			tokens = append(tokens, t)
		}
	}
	name := func(i int) string {
		if i < len(tokens) && protoName.MatchString(tokens[i]) {
			return tokens[i]
		}
		return ""
	}
	pkg, service, depth := "", "", 0
	for i, t := range tokens {
		switch {
		case t == "{":
			depth++
		case t == "}":
			if depth--; depth <= 0 {
				depth, service = 0, ""
			}
		case depth == 0 && t == "package" && name(i+1) != "":
			pkg = name(i+1) + "."
		case depth == 0 && t == "service" && i+2 < len(tokens) && tokens[i+2] == "{":
			service = name(i + 1)
		case depth == 1 && service != "" && t == "rpc" && i+2 < len(tokens) && tokens[i+2] == "(":
			if m := name(i + 1); m != "" {
				out = append(out, Endpoint{"RPC", "/" + pkg + service + "/" + m, m, comment[i]})
			}
		}
	}
	return out
}

var protoName = regexp.MustCompile(`^[A-Za-z_]`)

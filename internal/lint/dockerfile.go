package lint

import (
	"bytes"
	"errors"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// isDockerfile tells a Dockerfile from its name.
func isDockerfile(name string) bool {
	base := path.Base(name)
	return base == "Dockerfile" || base == "Containerfile" || strings.HasPrefix(base, "Dockerfile.") && !strings.HasSuffix(base, ".dockerignore") ||
		strings.HasSuffix(base, ".Dockerfile")
}

// dockerfile is a parsed Dockerfile: its instructions, stage by stage. err is
// what the parser says.
type dockerfile struct {
	args   []instruction // before the first FROM
	stages []stage
	err    error
}

type stage struct {
	from         instruction
	image        string // as written
	name         string // AS
	instructions []instruction
}

// instruction is one instruction, its name in upper case.
type instruction struct {
	name     string
	args     []string
	flags    []string
	original string
	json     bool // written as a JSON list
	line     int
}

func parseDockerfile(data []byte) *dockerfile {
	d := &dockerfile{}
	parsed, err := parser.Parse(bytes.NewReader(data))
	if err != nil {
		d.err = err
		return d
	}
	for _, n := range parsed.AST.Children {
		in := instruction{name: strings.ToUpper(n.Value), flags: n.Flags, original: n.Original, json: n.Attributes["json"], line: n.StartLine}
		for a := n.Next; a != nil; a = a.Next {
			in.args = append(in.args, a.Value)
		}
		switch {
		case in.name == "FROM":
			s := stage{from: in}
			if len(in.args) > 0 {
				s.image = in.args[0]
			}
			if len(in.args) == 3 && strings.EqualFold(in.args[1], "as") {
				s.name = in.args[2]
			}
			d.stages = append(d.stages, s)
		case len(d.stages) == 0:
			d.args = append(d.args, in)
		default:
			s := &d.stages[len(d.stages)-1]
			s.instructions = append(s.instructions, in)
		}
	}
	return d
}

// instructionNames are what a Dockerfile may begin a line with; the parser
// itself takes any word.
var instructionNames = strings.Fields("ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR")

func dockerfileFlaws(o *Output) []flaw {
	d := o.image()
	if d.err != nil {
		line := 1
		var located *parser.LocationError
		if errors.As(d.err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
			line = located.Locations[0][0].Start.Line
		}
		msg, _, _ := strings.Cut(d.err.Error(), "\n")
		return []flaw{{line, 0, msg}}
	}
	var out []flaw
	check := func(in instruction) {
		known := false
		for _, n := range instructionNames {
			known = known || n == in.name
		}
		if !known {
			out = append(out, flaw{in.line, 0, "unknown instruction " + in.name})
		}
	}
	for _, in := range d.args {
		check(in)
		if in.name != "ARG" && len(out) == 0 {
			out = append(out, flaw{in.line, 0, in.name + " stands before the first FROM"})
		}
	}
	for _, s := range d.stages {
		if n := len(s.from.args); n != 1 && n != 3 {
			out = append(out, flaw{s.from.line, 0, "FROM takes an image, and AS with a name"})
		}
		for _, in := range s.instructions {
			check(in)
		}
	}
	if len(d.stages) == 0 && len(out) == 0 {
		out = append(out, flaw{1, 0, "there is no FROM"})
	}
	return out
}

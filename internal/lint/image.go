package lint

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// images lists the Dockerfiles that parse and whose image is the service's: one
// for developers alone may be as it likes.
func (p *Pass) images() []*Output {
	var out []*Output
	for _, o := range p.Outputs {
		if isDockerfile(o.Path) && !forDevelopers(o.Path) && len(dockerfileFlaws(o)) == 0 {
			out = append(out, o)
		}
	}
	return out
}

func forDevelopers(name string) bool {
	base := strings.ToLower(path.Base(name))
	return strings.Contains("/"+name, "/.devcontainer/") || strings.HasSuffix(base, ".dev") || strings.HasPrefix(base, "dev.")
}

// base is an image that a Dockerfile builds upon or copies from.
type base struct {
	name string // with variables filled in
	line int    // where it is written
}

// bases lists the images from elsewhere that d names, once for each place.
func (d *dockerfile) bases() []base {
	var out []base
	add := func(b base, ok bool) {
		if ok && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	for i, s := range d.stages {
		add(d.external(i, s.image, s.from.line))
		for _, in := range s.instructions {
			for _, image := range in.copiesFrom() {
				add(d.external(i, image, in.line))
			}
		}
	}
	return out
}

// external resolves an image as it is written in stage i; false where it is
// scratch, another stage, or known at the build alone.
func (d *dockerfile) external(i int, image string, line int) (base, bool) {
	b := base{line: line}
	if only := variableName(image); only != "" {
		for _, in := range d.args {
			if _, ok := argDefault(in, only); ok {
				b.line = in.line
			}
		}
	}
	name, ok := expand(image, d.args)
	b.name = name
	if _, err := strconv.Atoi(name); err == nil || !ok || name == "" || name == "scratch" || d.stage(name, i) >= 0 {
		return b, false
	}
	return b, true
}

// stage returns the stage called name before stage i, or -1.
func (d *dockerfile) stage(name string, before int) int {
	for i := before - 1; i >= 0; i-- {
		if strings.EqualFold(d.stages[i].name, name) {
			return i
		}
	}
	return -1
}

// final lists what the last stage consists of, itself first: it holds all that
// the stages that it builds upon hold. root is the image below them; empty where
// it is not known.
func (d *dockerfile) final() (stages []stage, root base) {
	for i := len(d.stages) - 1; i >= 0; {
		stages = append(stages, d.stages[i])
		name, ok := expand(d.stages[i].image, d.args)
		if !ok {
			return stages, root
		}
		next := d.stage(name, i)
		if next < 0 {
			b, _ := d.external(i, d.stages[i].image, d.stages[i].from.line)
			return stages, b
		}
		i = next
	}
	return stages, root
}

var fromFlag = regexp.MustCompile(`(?:^--from=|,from=|--mount=from=)([^,\s]+)`)

// copiesFrom lists the images, or stages, that an instruction takes files from.
func (in instruction) copiesFrom() []string {
	if in.name != "COPY" && in.name != "RUN" {
		return nil
	}
	var out []string
	for _, f := range in.flags {
		if m := fromFlag.FindStringSubmatch(f); m != nil {
			out = append(out, m[1])
		}
	}
	return out
}

var dockerVariable = regexp.MustCompile(`\$(?:\{(\w+)(?:(:?[-+])([^}]*))?\}|(\w+))`)

// variableName is the variable that text wholly consists of, or "".
func variableName(text string) string {
	m := dockerVariable.FindStringSubmatch(text)
	if m == nil || m[0] != text {
		return ""
	}
	return m[1] + m[4]
}

// expand fills the defaults of arguments in; false where one has none.
func expand(text string, args []instruction) (string, bool) {
	known := true
	out := dockerVariable.ReplaceAllStringFunc(text, func(v string) string {
		m := dockerVariable.FindStringSubmatch(v)
		value, ok := "", false
		for _, in := range args {
			if s, has := argDefault(in, m[1]+m[4]); has {
				value, ok = s, true
			}
		}
		if !ok && strings.HasSuffix(m[2], "-") {
			return m[3]
		}
		known = known && ok
		return value
	})
	return out, known
}

// argDefault is the value that an ARG or ENV gives to a name.
func argDefault(in instruction, name string) (string, bool) {
	switch in.name {
	case "ARG":
		for _, a := range in.args {
			if k, v, ok := strings.Cut(a, "="); ok && k == name {
				return strings.Trim(v, `"'`), true
			}
		}
	case "ENV":
		for i := 0; i+2 < len(in.args); i += 3 { // name, value, sign
			if in.args[i] == name {
				return strings.Trim(in.args[i+1], `"'`), true
			}
		}
	}
	return "", false
}

// scope lists the ARG and ENV instructions that count in a stage. An ARG without
// a default takes that from before the first FROM.
func (d *dockerfile) scope(s stage) []instruction {
	var out []instruction
	for _, in := range s.instructions {
		if in.name != "ARG" && in.name != "ENV" {
			continue
		}
		for _, a := range in.args {
			if in.name == "ARG" && !strings.Contains(a, "=") {
				if v, ok := expand("${"+a+"}", d.args); ok {
					out = append(out, instruction{name: "ARG", args: []string{a + "=" + v}, line: in.line})
				}
			}
		}
		out = append(out, in)
	}
	return out
}

// splitImage takes an image's name apart.
func splitImage(image string) (name, tag, digest string) {
	image, digest, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		return image[:i], image[i+1:], digest
	}
	return image, "", digest
}

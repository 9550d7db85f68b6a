package lint

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
)

func imageRules() []Rule {
	return []Rule{
		noDockerfile, noDockerignore, imageRunsAsRoot, imageUntagged, imageWithoutDigest,
		imageShellForm, imageAdd, imageSingleStage,
	}
}

var noDockerfile = Rule{
	ID: "no-dockerfile", Severity: Error,
	Doc:    "A template of kind server or worker renders no Dockerfile, with some choice of values.",
	Why:    "The service cannot be put into an image, so it runs on its author's machine alone.",
	Remedy: "render a Dockerfile with every choice of values",
	Check: func(p *Pass) {
		if p.Template.Kind != "server" && p.Template.Kind != "worker" {
			return
		}
		has := shows(p.Outputs, func(o *Output) bool { return isDockerfile(o.Path) && !forDevelopers(o.Path) })
		p.ReportAbsent(p.lacking(has), "there is no Dockerfile")
	},
}

var noDockerignore = Rule{
	ID: "no-dockerignore", Severity: Warning,
	Doc:    "The output has a Dockerfile, but no .dockerignore beside it or at the top.",
	Why:    "The repository's history, build results and local secrets go into every build, and any change of them spoils its cache.",
	Remedy: "render a .dockerignore that names at least .git and .env files",
	Check: func(p *Pass) {
		ignores := func(o *Output) bool { return strings.HasSuffix(path.Base(o.Path), ".dockerignore") }
		image, ignored := shows(p.images(), func(*Output) bool { return true }), shows(p.Outputs, ignores)
		lacking := p.lacking(func(i int) bool { return !image(i) || ignored(i) })
		p.ReportAbsent(lacking, "there is a Dockerfile, but no .dockerignore").
			Mend(p.NewFile(".dockerignore", "# What the image is not built from.\n.git\n.dockerignore\nDockerfile\n**/.env*\n")...)
	},
}

// runner is the user of an image: a number, which Kubernetes can tell from root,
// and which every image has.
const runner = "65532:65532"

var imageRunsAsRoot = Rule{
	ID: "image-runs-as-root", Severity: Error,
	Doc:    "The last USER of a Dockerfile's last stage is root, or there is none.",
	Why:    "Whoever breaks into the process is root in the container, and one fault of the kernel away from the node. A base image's own user is gone when another base takes its place.",
	Remedy: "end the last stage with a USER by number, such as USER " + runner,
	Check: func(p *Pass) {
		for _, o := range p.images() {
			p.checkUser(o)
		}
	},
}

func (p *Pass) checkUser(o *Output) {
	d := o.image()
	stages, _ := d.final()
	for _, s := range stages {
		for _, in := range slices.Backward(s.instructions) {
			if in.name != "USER" || len(in.args) == 0 {
				continue
			}
			user, known := expand(in.args[0], d.scope(s))
			if known && isRoot(user) {
				p.ReportOutput(o, in.line, 0, "the last USER is root").Mend(o.Replace(in.line, in.args[0], runner)...)
			}
			return
		}
	}
	// Where a person would write it: before what starts the process.
	line := 1 + strings.Count(strings.TrimSuffix(string(o.Data), "\n"), "\n") + 1
	for _, in := range stages[0].instructions {
		if slices.Contains([]string{"ENTRYPOINT", "CMD", "HEALTHCHECK", "EXPOSE"}, in.name) {
			line = min(line, in.line)
		}
	}
	p.ReportOutput(o, stages[0].from.line, 0, "the last stage has no USER").
		Mend(o.InsertLines(line, "USER "+runner+"\n")...)
}

func isRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "root" || name != "" && strings.Trim(name, "0") == ""
}

var imageUntagged = Rule{
	ID: "image-untagged", Severity: Error,
	Doc:    "A Dockerfile names an image without a tag, or with the tag latest.",
	Why:    "Two builds of one commit may differ, and the next release of the image breaks all services on one day.",
	Remedy: "name a version, such as golang:1.26, and better its digest as well",
	Check: func(p *Pass) {
		for _, o := range p.images() {
			for _, b := range o.image().bases() {
				name, tag, digest := splitImage(b.name)
				switch {
				case digest != "":
				case tag == "":
					p.ReportOutput(o, b.line, 0, "the image %s has no tag", name)
				case tag == "latest":
					p.ReportOutput(o, b.line, 0, "the image %s has the tag latest, which moves", name)
				}
			}
		}
	},
}

var imageWithoutDigest = Rule{
	ID: "image-without-digest", Severity: Info,
	Doc:    "A Dockerfile names an image by its tag alone.",
	Why:    "A tag can be moved, by mistake or by an attacker: a digest names one image for ever. Dependabot and Renovate keep it current.",
	Remedy: "add the digest: docker buildx imagetools inspect IMAGE shows it",
	Check: func(p *Pass) {
		for _, o := range p.images() {
			for _, b := range o.image().bases() {
				if _, tag, digest := splitImage(b.name); digest == "" && tag != "" && tag != "latest" {
					p.ReportOutput(o, b.line, 0, "the image %s is not pinned by its digest", b.name)
				}
			}
		}
	},
}

var imageShellForm = Rule{
	ID: "image-shell-form", Severity: Warning,
	Doc:    "CMD or ENTRYPOINT is written in shell form.",
	Why:    "The process is a shell, which passes no signals on: the service is killed in the middle of its requests. Images without a shell do not start at all.",
	Remedy: `write a list in double quotes, such as ENTRYPOINT ["/app", "serve"]`,
	Check: func(p *Pass) {
		for _, o := range p.images() {
			for _, s := range o.image().stages {
				for _, in := range s.instructions {
					if in.name != "CMD" && in.name != "ENTRYPOINT" || in.json || len(in.args) == 0 || isExec(in) {
						continue
					}
					p.ReportOutput(o, in.line, 0, "%s is in shell form", in.name).Mend(o.execForm(in)...)
				}
			}
		}
	},
}

// isExec reports whether the shell makes room for one command, which then gets
// the signals.
func isExec(in instruction) bool {
	rest, ok := strings.CutPrefix(in.args[0], "exec ")
	return ok && in.name == "ENTRYPOINT" && !strings.ContainsAny(rest, ";&|")
}

var plainWords = regexp.MustCompile(`^[\w./:=@%+, -]+$`)

// execForm writes the command as a list, where no shell is needed to split it.
func (o *Output) execForm(in instruction) []Edit {
	text := in.args[0]
	var list []string
	if quoted := strings.ReplaceAll(text, "'", `"`); json.Unmarshal([]byte(quoted), &list) == nil {
		return o.Replace(in.line, text, quoted)
	}
	words := strings.Fields(text)
	// A shell splits plain words at spaces; A=b before a command is the shell's.
	if !plainWords.MatchString(text) || strings.Contains(words[0], "=") {
		return nil
	}
	return o.Replace(in.line, text, `["`+strings.Join(words, `", "`)+`"]`)
}

var imageAdd = Rule{
	ID: "image-add", Severity: Warning,
	Doc:    "ADD copies files that COPY would copy.",
	Why:    "ADD also downloads and unpacks: what it does depends on what the file is, and a file that is replaced may be unpacked one day.",
	Remedy: "write COPY; ADD is for URLs, repositories and archives",
	Check: func(p *Pass) {
		for _, o := range p.images() {
			for _, s := range o.image().stages {
				for _, in := range s.instructions {
					if in.name != "ADD" || !plainFiles(in) {
						continue
					}
					start, end := o.lineRange(in.line)
					start += strings.Index(strings.ToUpper(string(o.Data[start:end])), "ADD")
					p.ReportOutput(o, in.line, 0, "ADD where COPY serves").Mend(o.Edit(start, start+3, "COPY")...)
				}
			}
		}
	},
}

var archive = regexp.MustCompile(`(?i)\.(tar|tgz|tbz2?|txz|tzst|tar\.\w+)$`)

// plainFiles reports whether an ADD's sources are files that it would only copy.
func plainFiles(in instruction) bool {
	if slices.ContainsFunc(in.flags, func(f string) bool {
		return strings.HasPrefix(f, "--checksum") || strings.HasPrefix(f, "--keep-git-dir") || strings.HasPrefix(f, "--unpack")
	}) {
		return false
	}
	for _, source := range in.args[:max(0, len(in.args)-1)] {
		if strings.Contains(source, "://") || strings.HasPrefix(source, "git@") || strings.HasPrefix(source, "$") || archive.MatchString(source) {
			return false
		}
	}
	return len(in.args) > 1
}

// toolchains are images to build in, by the last part of their names.
var toolchains = strings.Fields("golang rust gcc clang maven gradle sdk swift haskell emscripten")

// builds are commands that need a toolchain.
var builds = regexp.MustCompile(`(^|[\s;&|(])(go (build|install)|cargo (build|install)|(\./)?(mvnw?|gradlew?) |dotnet (build|publish)|(javac|gcc|g\+\+) [^;&|]*\.(java|c|cc|cpp)\b)`)

var imageSingleStage = Rule{
	ID: "image-single-stage", Severity: Warning,
	Doc:    "The last stage of a Dockerfile builds the service, or stands on an image to build in.",
	Why:    "The compiler and all sources ship with the service: the image is ten times as large, and so is what scanners find and attackers use.",
	Remedy: "build in a stage of its own, and copy the result: COPY --from=build",
	Check: func(p *Pass) {
		for _, o := range p.images() {
			stages, root := o.image().final()
			name, tag, _ := splitImage(root.name)
			if toolchain := path.Base(name); slices.Contains(toolchains, toolchain) || strings.Contains("-"+tag+"-", "-jdk-") {
				p.ReportOutput(o, stages[0].from.line, 0, "the toolchain of %s ships in the last stage", toolchain)
				continue
			}
			for _, s := range stages {
				if i := slices.IndexFunc(s.instructions, func(in instruction) bool { return in.name == "RUN" && builds.MatchString(in.original) }); i >= 0 {
					p.ReportOutput(o, s.instructions[i].line, 0, "the last stage builds the service: its toolchain ships")
					break
				}
			}
		}
	},
}

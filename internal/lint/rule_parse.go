package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// parseFault is one thing that keeps a .tmpl file, or a path, from parsing.
type parseFault struct {
	rule string
	err  *diag.Error
}

// parseFaults parses every file and every path, and gives each fault to the rule
// that speaks of it.
func (p *Pass) parseFaults() []parseFault {
	var out []parseFault
	add := func(list []*diag.Error, inPath bool) {
		for _, e := range list {
			f := parseFault{rule: parseError.ID, err: e}
			if inPath {
				e.Line, e.Col, e.Msg = 0, 0, "the path does not parse: "+e.Msg
			}
			if m := undefined.FindStringSubmatch(e.Msg); m != nil {
				f.rule = forbidden(m[1])
			}
			out = append(out, f)
		}
	}
	for _, f := range p.Files.Paths() {
		if p.Files[f].Kind == tree.Symlink {
			continue
		}
		if strings.Contains(f, "{{") {
			add(template.ParseErrors(p.Label, f, f), true)
		}
		if strings.HasSuffix(f, ".tmpl") {
			if _, err := p.Template.Body(f); err != nil {
				add(template.ParseErrors(p.Label, f, string(p.Files[f].Data)), false)
			}
		}
	}
	for _, c := range p.collided() {
		for i, f := range out {
			if f.err.File == pathIn(p.Label, c.file) && f.err.Line == c.pos.Line {
				out[i].rule = delimiterCollision.ID
			}
		}
	}
	return out
}

var undefined = regexp.MustCompile(`function "(\w+)" not defined`)

// Functions that other generators have and svcgen refuses, each with the reason.
var (
	unstable = map[string]string{
		"now": "the clock", "date": "the clock", "dateInZone": "the clock", "date_in_zone": "the clock", "htmlDate": "the clock", "ago": "the clock",
		"unixEpoch": "the clock", "date_modify": "the clock", "dateModify": "the clock", "must_date_modify": "the clock", "mustDateModify": "the clock",
		"randAlphaNum": "randomness", "randAlpha": "randomness", "randAscii": "randomness", "randNumeric": "randomness", "randBytes": "randomness",
		"randInt": "randomness", "uuidv4": "randomness", "shuffle": "randomness", "genPrivateKey": "randomness", "genCA": "randomness",
		"genCAWithKey": "randomness", "genSelfSignedCert": "randomness", "genSelfSignedCertWithKey": "randomness", "genSignedCert": "randomness",
		"genSignedCertWithKey": "randomness", "bcrypt": "randomness", "htpasswd": "randomness", "encryptAES": "randomness", "derivePassword": "randomness",
		"keys": "a map's order", "values": "a map's order",
	}
	unsafeFunctions = map[string]string{
		"env": "the environment", "expandenv": "the environment", "getenv": "the environment",
		"getHostByName": "the network", "lookup": "a cluster", "fetch": "the network", "httpGet": "the network",
		"readFile": "the file system", "readDir": "the file system", "glob": "the file system", "fileExists": "the file system",
		"include": "other files", "tpl": "text that was not checked", "exec": "a command", "shell": "a command", "system": "a command",
	}
)

// forbidden is the rule that speaks of an undefined function.
func forbidden(name string) string {
	switch {
	case unstable[name] != "":
		return unstableFunction.ID
	case unsafeFunctions[name] != "":
		return unsafeFunction.ID
	}
	return parseError.ID
}

func (p *Pass) reportParsing(message func(e *diag.Error) string) {
	for _, f := range p.parsing() {
		if f.rule == p.rule.ID {
			e := *f.err
			e.Msg = message(&e)
			p.reportError(&e, nil)
		}
	}
}

var parseError = Rule{
	ID: "parse-error", Severity: Error,
	Doc:    "A file that ends in .tmpl, or a path, is no valid template text.",
	Why:    "Nothing of the template can be rendered until it is. All errors are told, not only the first.",
	Remedy: "the template author's guide lists the functions",
	Check: func(p *Pass) {
		p.reportParsing(func(e *diag.Error) string {
			if m := undefined.FindStringSubmatch(e.Msg); m != nil {
				if near := diag.Nearest(m[1], template.Functions()); near != "" {
					return fmt.Sprintf("%s; did you mean %s?", e.Msg, near)
				}
			}
			return e.Msg
		})
	},
}

var unstableFunction = Rule{
	ID: "unstable-function", Severity: Error,
	Doc:    "A template calls a function whose result depends on the clock, on randomness or on a map's order.",
	Why:    "A release must render to the same bytes for ever: upgrades render it again and compare.",
	Remedy: "make it a value, so that it is chosen once and recorded",
	Check: func(p *Pass) {
		p.reportParsing(func(e *diag.Error) string { return reaches(e, unstable) })
	},
}

var unsafeFunction = Rule{
	ID: "unsafe-function", Severity: Error,
	Doc:    "A template calls a function that reads the environment, the network, a cluster or the file system.",
	Why:    "What a template renders must depend on its values alone, and never carry anything off the machine that renders it.",
	Remedy: "make it a value",
	Check: func(p *Pass) {
		p.reportParsing(func(e *diag.Error) string { return reaches(e, unsafeFunctions) })
	},
}

func reaches(e *diag.Error, why map[string]string) string {
	name := undefined.FindStringSubmatch(e.Msg)[1]
	return fmt.Sprintf("%s reads %s, and is not available", name, why[name])
}

// parses reports whether the file, called as findings do, has no parse fault.
func (p *Pass) parses(file string) bool {
	return !slices.ContainsFunc(p.parsing(), func(f parseFault) bool { return f.err.File == file })
}

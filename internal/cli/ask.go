package cli

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/prompt"
	"github.com/svcgen/svcgen/internal/template"
)

// valueStep asks for a template's value, and puts the answer among answers.
func valueStep(v template.Value, answers map[string]string) *step {
	q := prompt.Question{Name: v.Name, Message: v.Name, Help: v.Help}
	if v.Help != "" {
		q.Message = strings.TrimRight(v.Help, "?.")
	}
	if v.Default != nil {
		q.Default = *v.Default
	}
	for _, o := range v.Options {
		q.Options = append(q.Options, prompt.Option{Value: o})
	}
	switch v.Type {
	case template.Bool:
		q.Confirm = true
		if value, err := v.Check(q.Default); err == nil {
			q.Default = template.Answer(value)
		}
	case template.Option:
	default:
		q.Validate = func(answer string) error {
			if _, e := v.Check(answer); e != nil {
				if e.Hint != "" {
					return diag.Errorf("%s; %s", e.Msg, e.Hint)
				}
				return e
			}
			return nil
		}
	}
	return &step{Question: q,
		take:   func(answer string) (bool, error) { answers[v.Name] = answer; return false, nil },
		forget: func() { delete(answers, v.Name) }}
}

func setWords(answers map[string]string) []string {
	var words []string
	for _, k := range slices.Sorted(maps.Keys(answers)) {
		words = append(words, "--set", k+"="+answers[k])
	}
	return words
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+-]+$`)

// shell quotes a word for a POSIX shell.
func shell(w string) string {
	if bare.MatchString(w) {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

// inDir resolves a path that was given on the command line.
func (a *app) inDir(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(a.dir, p)
}

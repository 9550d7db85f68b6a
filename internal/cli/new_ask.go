package cli

import (
	"os"
	"strconv"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/prompt"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

// newborn is what is known of a service that is about to be made.
type newborn struct {
	a      *app
	dir    string // the workspace's folder
	fresh  bool   // the workspace is to be made as well
	module string
	o      service.NewOptions
	agreed bool // a person saw what will be done, and wants it
}

func (n *newborn) change() change {
	return change{"new", "new " + n.o.Name, func(root *os.Root) (*service.Outcome, error) {
		if n.fresh {
			return service.NewWorkspace(root, n.dir, n.a.library(nil), n.first(), n.o)
		}
		w, err := n.open(root)
		if err != nil {
			return nil, err
		}
		return service.New(w, n.a.library(w), n.o)
	}}
}

func (n *newborn) first() service.InitOptions {
	return service.InitOptions{Module: n.module, Version: n.a.Version}
}

// open reads the workspace in root; where there is none yet, it is nil.
func (n *newborn) open(root *os.Root) (*workspace.Workspace, error) {
	if n.fresh {
		return nil, nil
	}
	w := &workspace.Workspace{Root: root, Path: n.dir}
	return w, w.Reload()
}

// step is the next question: the name, the template, its values, and at last
// whether to do what comes of it.
func (n *newborn) step(asked bool) (s *step, err error) {
	err = within(n.dir, func(root *os.Root) error {
		w, err := n.open(root)
		if err != nil {
			return err
		}
		lib := n.a.library(w)
		if n.o.Name == "" {
			s = n.nameStep(w)
			return nil
		}
		if s, err = n.templateStep(lib); s != nil || err != nil {
			return err
		}
		values, err := n.questions(root, w, lib, n.a.askAll)
		if err != nil {
			return err
		}
		if len(values) > 0 {
			s = valueStep(values[0], n.o.Answers)
			return nil
		}
		if !asked || n.agreed || n.a.dryRun || n.a.check {
			return nil
		}
		more, err := n.questions(root, w, lib, true)
		if err != nil {
			return err
		}
		s, err = n.a.preview(n.dir, n.change(), len(more) > 0, &n.agreed)
		return err
	})
	return s, err
}

func (n *newborn) questions(root *os.Root, w *workspace.Workspace, lib workspace.Library, all bool) ([]template.Value, error) {
	if n.fresh {
		return service.FirstQuestions(root, n.dir, lib, n.first(), n.o, all)
	}
	return service.NewQuestions(w, lib, n.o, all)
}

func (n *newborn) nameStep(w *workspace.Workspace) *step {
	q := prompt.Question{Name: "name", Message: "Name of the service", Help: "a DNS label, e.g. card-payments"}
	q.Validate = func(name string) error {
		if problem, hint := names.CheckService(name); problem != "" {
			return diag.Errorf("%s; %s", problem, hint)
		}
		if w != nil && w.Manifest.Service(name) != nil {
			return diag.Errorf("there is a service %s already; choose another name", name)
		}
		return nil
	}
	return &step{Question: q,
		take:   func(answer string) (bool, error) { n.o.Name = answer; return false, nil },
		forget: func() { n.o.Name = "" }}
}

// templateStep asks for the template where there is a choice; nil where there is
// none.
func (n *newborn) templateStep(lib workspace.Library) (*step, error) {
	if n.o.Template != "" {
		return nil, nil
	}
	known, err := lib.Names()
	if err != nil || len(known) < 2 && !n.a.askAll {
		return nil, err
	}
	q := prompt.Question{Name: "template", Message: "Template", Default: service.DefaultTemplate}
	for _, name := range known {
		option := prompt.Option{Value: name}
		if t, err := lib.Load(name); err == nil {
			option.Summary = t.Summary
		}
		q.Options = append(q.Options, option)
	}
	return &step{Question: q,
		take:   func(answer string) (bool, error) { n.o.Template = answer; return false, nil },
		forget: func() { n.o.Template = "" }}, nil
}

// words is the command line that gives the same without questions.
func (n *newborn) words(dir string) []string {
	words := []string{"svcgen", "new", n.o.Name}
	add := func(flag, value string) {
		if value != "" {
			words = append(words, flag, value)
		}
	}
	if n.fresh {
		words = append(words, "--init")
	}
	add("-C", dir)
	add("--module", n.module)
	add("--template", n.o.Template)
	add("--path", n.o.Path)
	add("--owner", n.o.Owner)
	if n.o.Port != 0 {
		add("--port", strconv.Itoa(n.o.Port))
	}
	return append(words, setWords(n.o.Answers)...)
}

package workspace

import (
	"path"
	"strings"

	"github.com/svcgen/svcgen/internal/insert"
)

// Slot is a named place where services are listed in a well-known file.
type Slot struct {
	Name  string
	Files []string // where it is looked for, the first that exists
	Each  []string // more files that list services, each for itself
	Doc   string   // what is written there

	// Address is where a service's entry goes in file. A slot without one of its
	// own needs an address in the manifest.
	Address func(s Service, file string) insert.Address

	// Entry is svcgen's own entry; nil: the service's template offers it. It is
	// "" where the service has none, for want of an owner, say.
	Entry func(s Service, file string) string

	// Needs is a file that a service must have to be listed; "" lists all.
	Needs string
}

// slots is the closed list of slots, documented in docs/reference/manifest.md.
var slots = []Slot{
	{
		Name:  "go.work",
		Files: []string{"go.work"},
		Doc:   "a use directive for the service's module",
		Address: func(s Service, file string) insert.Address {
			return insert.Address{Kind: insert.Use, Key: "./" + Rel(file, s.Path)}
		},
		Needs: "go.mod",
		Entry: func(s Service, file string) string { return "./" + Rel(file, s.Path) },
	},
	{
		Name:  "compose",
		Files: []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"},
		Doc:   "the service under services",
		Address: func(s Service, file string) insert.Address {
			return insert.Address{Path: []string{"services"}, Key: s.Name}
		},
	},
	{
		Name: "prometheus",
		Files: []string{"observability/prometheus.yaml", "observability/prometheus.yml", "prometheus.yaml", "prometheus.yml",
			"prometheus/prometheus.yaml", "prometheus/prometheus.yml", "monitoring/prometheus.yaml", "monitoring/prometheus.yml"},
		Doc: "a scrape configuration",
		Address: func(s Service, file string) insert.Address {
			return insert.Address{Path: []string{"scrape_configs"}, Key: "[job_name=" + s.Name + "]"}
		},
	},
	{
		Name: "ci",
		Doc:  "the service's name in the list that the manifest's address names, such as a matrix of a workflow",
		Address: func(s Service, file string) insert.Address {
			return insert.Address{Key: "[=" + s.Name + "]"}
		},
		Entry: func(s Service, file string) string { return s.Name },
	},
	{
		Name:  "kustomize",
		Files: []string{"kustomization.yaml", "kustomization.yml", "deploy/kustomization.yaml", "k8s/kustomization.yaml"},
		Each:  []string{"deploy/dev/kustomization.yaml", "deploy/prod/kustomization.yaml"},
		Doc:   "the service's overlay under resources: prod in a folder of that name, elsewhere dev",
		Address: func(s Service, file string) insert.Address {
			return insert.Address{Path: []string{"resources"}, Key: "[=" + overlay(s, file) + "]"}
		},
		Entry: overlay,
		Needs: "deploy/overlays/dev/kustomization.yaml",
	},
	{
		Name:  "skaffold",
		Files: []string{"skaffold.yaml", "skaffold.yml"},
		Doc:   "an artifact under build",
		Address: func(s Service, file string) insert.Address {
			return insert.Address{Path: []string{"build", "artifacts"}, Key: "[image=" + s.Name + "]"}
		},
	},
	{
		Name:    "codeowners",
		Files:   []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"},
		Doc:     "a line that gives the service's folder to its owner, for services that have one",
		Address: func(s Service, file string) insert.Address { return insert.Address{Kind: insert.Lines} },
		Entry:   codeowners,
	},
	{
		Name:  "dependabot",
		Files: []string{".github/dependabot.yml", ".github/dependabot.yaml"},
		Doc:   "updates for the service's dependencies",
		Address: func(s Service, file string) insert.Address {
			return insert.Address{Path: []string{"updates"}}
		},
	},
	{
		Name:    "procfile",
		Files:   []string{"Procfile", "Procfile.dev"},
		Doc:     "a line that runs the service",
		Address: func(s Service, file string) insert.Address { return insert.Address{Kind: insert.Lines} },
	},
	{
		Name:  "catalog",
		Files: []string{"catalog-info.yaml", "catalog-info.yml"},
		Doc:   "the service's catalog-info.yaml under the targets of a Backstage Location",
		Address: func(s Service, file string) insert.Address {
			return insert.Address{Path: []string{"spec", "targets"}, Key: "[=" + catalog(s, file) + "]"}
		},
		Entry: catalog,
		Needs: "catalog-info.yaml",
	},
}

func overlay(s Service, file string) string {
	if path.Base(path.Dir(file)) == "prod" {
		return Rel(file, s.Path) + "/deploy/overlays/prod"
	}
	return Rel(file, s.Path) + "/deploy/overlays/dev"
}

func catalog(s Service, file string) string { return "./" + Rel(file, s.Path) + "/catalog-info.yaml" }

// codeowners writes GitHub's and GitLab's line: the folder from the root, and
// an owner with its @, or an address.
func codeowners(s Service, file string) string {
	owner := s.Owner
	if owner == "" {
		return ""
	}
	if !strings.Contains(owner, "@") {
		owner = "@" + owner
	}
	return "/" + s.Path + "/ " + owner
}

// SlotNamed returns the slot, or nil.
func SlotNamed(name string) *Slot {
	for i := range slots {
		if slots[i].Name == name {
			return &slots[i]
		}
	}
	return nil
}

// Slots returns all slots in the order in which they are documented.
func Slots() []Slot { return slots }

// SlotNames lists the slots' names.
func SlotNames() []string {
	out := make([]string, len(slots))
	for i, s := range slots {
		out[i] = s.Name
	}
	return out
}

// Rel is the folder dir as seen from the folder that file stands in; both are
// slash paths below the workspace. It does not begin with "./".
func Rel(file, dir string) string {
	from := path.Dir(file)
	if from == "." {
		return dir
	}
	a, b := strings.Split(from, "/"), strings.Split(dir, "/")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	return path.Join(strings.Repeat("../", len(a)) + strings.Join(b, "/"))
}

// Package internal_test holds the rule about which package may import which.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers lists the packages from the ground up. A package imports only those
// above it in the list.
var layers = []string{
	"internal/diag",
	"internal/tree",
	"internal/insert",
	"internal/merge",
	"internal/plan",
	"internal/document",
	"internal/names",
	"internal/offer",
	"internal/template",
	"internal/archive",
	"internal/sshsig",
	"internal/source",
	"internal/trust",
	"internal/workspace",
	"internal/cache",
	"internal/fetch",
	"internal/service",
	"internal/author",
	"internal/supply",
	"internal/atlas",
	"internal/lint",
	"internal/prompt",
	"internal/cli",
	"templates",
	"cmd/svcgen",
	"tools/refresh",
}

// alone lists what may be imported in one package only, so that it can be
// replaced there.
var alone = map[string]string{
	"github.com/AlecAivazis/survey/v2":                    "internal/prompt",
	"github.com/Masterminds/sprig/v3":                     "internal/template",
	"github.com/spf13/cobra":                              "internal/cli",
	"github.com/gofrs/flock":                              "internal/workspace",
	"github.com/moby/buildkit/frontend/dockerfile/parser": "internal/lint",
}

// few lists what may be imported in these packages only.
var few = map[string][]string{
	"oras.land/oras-go/v2/registry/remote": {"internal/fetch", "tools/refresh"},
	"net/http":                             {"internal/atlas", "internal/fetch", "internal/service"}, // the page; downloads; ServeMux judges routes
}

// pure lists packages that must not reach the outside world: what they compute
// depends on their arguments alone.
var pure = map[string][]string{
	"internal/insert":   {"os", "os/exec", "net", "net/http"}, // time: TOML has dates
	"internal/template": {"os", "os/exec", "time", "net", "net/http"},
	"internal/document": {"os", "os/exec", "time", "net", "net/http"},
	"internal/names":    {"os", "os/exec", "time", "net", "net/http"},
	"internal/offer":    {"os", "os/exec", "time", "net", "net/http"},
	"internal/archive":  {"os", "os/exec", "net", "net/http"}, // time: tar has dates
	"internal/sshsig":   {"os", "os/exec", "time", "net", "net/http"},
	"internal/source":   {"os", "os/exec", "time", "net/http"}, // net: is an address this machine's?
	"internal/trust":    {"os", "os/exec", "time", "net", "net/http"},
	"internal/cache":    {"os/exec", "time", "net", "net/http"},
	"internal/supply":   {"os", "os/exec", "time", "net", "net/http"},
	"internal/lint":     {"net", "net/http"},
}

func TestLayers(t *testing.T) {
	const module = "github.com/svcgen/svcgen/"
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(pkg.ImportPath, module)
		if strings.HasPrefix(name, "examples/") || name == "internal" {
			continue
		}
		seen[name] = true
		at := slices.Index(layers, name)
		if at < 0 {
			t.Errorf("%s has no place in the list of layers", name)
			continue
		}
		for _, imp := range pkg.Imports {
			if only, ok := alone[imp]; ok && only != name {
				t.Errorf("%s imports %s; only %s may", name, imp, only)
			}
			if some, ok := few[imp]; ok && !slices.Contains(some, name) {
				t.Errorf("%s imports %s; only %s may", name, imp, strings.Join(some, ", "))
			}
			if slices.Contains(pure[name], imp) {
				t.Errorf("%s imports %s: it must not reach the outside world", name, imp)
			}
			if own, ok := strings.CutPrefix(imp, module); ok {
				if to := slices.Index(layers, own); to < 0 || to >= at {
					t.Errorf("%s imports %s, which stands below it", name, own)
				}
			}
		}
	}
	for _, l := range []string{"internal/tree", "internal/cli"} {
		if !seen[l] {
			t.Errorf("%s was not looked at", l)
		}
	}
}

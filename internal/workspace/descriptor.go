package workspace

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/tree"
)

// DescriptorFile stands in a service's folder.
const DescriptorFile = "service.yaml"

// descriptorVersion is the newest version of the descriptor that this svcgen
// reads.
const descriptorVersion = 1

// Descriptor is service.yaml: what a service was rendered from.
type Descriptor struct {
	Name, Template, Release string
	Values                  map[string]string
	Units                   []Unit
	Data                    []byte // the file as it is
	Kind                    tree.Kind
}

// Unit is a unit that was added to a service.
type Unit struct {
	Kind   string
	Values map[string]string
	Keys   []string // the values' order in the descriptor; nil for a new unit

	Taken []byte // what was taken over from another service; it stands in a file of its own
}

// ParseDescriptor reads the descriptor in file strictly.
func ParseDescriptor(file string, data []byte) (*Descriptor, error) {
	d := &Descriptor{Values: map[string]string{}, Data: data}
	r, root := document.Open(file, data)
	if root == nil {
		if r.Err() == nil {
			r.Fail(nil, "the descriptor is empty", "restore it from git")
		}
		return nil, r.Err()
	}
	r.Fields(root, "the descriptor", map[string]func(document.Node){
		"version": func(n document.Node) {
			if v := r.Int(n, "version"); v > descriptorVersion {
				r.Fail(n, fmt.Sprintf("version %d is newer than this svcgen reads (%d)", v, descriptorVersion), "upgrade svcgen")
			}
		},
		"name":     func(n document.Node) { d.Name = r.String(n, "name") },
		"template": func(n document.Node) { d.Template = r.String(n, "template") },
		"release": func(n document.Node) {
			if d.Release = r.String(n, "release"); !semver.IsValid("v" + d.Release) {
				r.Fail(n, fmt.Sprintf("the release %q is not a semantic version", d.Release), "e.g. 1.0.0")
			}
		},
		"values": func(n document.Node) { d.Values = answers(r, n, "values") },
		"units": func(n document.Node) {
			for _, item := range r.Items(n, "units") {
				pairs := r.Pairs(item, "a unit")
				if len(pairs) != 1 {
					r.Fail(item, "a unit has one key, its kind", "e.g. endpoint: {method: GET, path: /v1/payments}")
					continue
				}
				u := Unit{Kind: pairs[0].Key, Values: answers(r, pairs[0].N, pairs[0].Key)}
				for _, p := range r.Pairs(pairs[0].N, u.Kind) {
					u.Keys = append(u.Keys, p.Key)
				}
				d.Units = append(d.Units, u)
			}
		},
	})
	for what, given := range map[string]string{"name": d.Name, "template": d.Template, "release": d.Release} {
		if given == "" && r.Err() == nil {
			r.Fail(root, what+" is missing", "")
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return d, nil
}

func answers(r *document.Reader, n document.Node, what string) map[string]string {
	out := map[string]string{}
	for _, p := range r.Pairs(n, what) {
		out[p.Key] = r.String(p.N, what+"."+p.Key)
	}
	return out
}

// descriptorHead are the comments with which a new descriptor begins.
func descriptorHead() string {
	return SchemaLine("descriptor") + "# What svcgen rendered this service from. Keep it: svcgen add and svcgen upgrade read it.\n"
}

// Commented reports whether somebody wrote comments into the descriptor.
func (d *Descriptor) Commented() bool {
	file := string(d.Data)
	for line := range strings.Lines(descriptorHead()) {
		file = strings.Replace(file, strings.TrimSuffix(line, "\n"), "", 1)
	}
	own := strings.TrimPrefix(string(d.Encode(nil)), descriptorHead())
	return strings.Count(file, "#") > strings.Count(own, "#") // values may hold some
}

// Encode writes a new descriptor. order gives the values' order.
func (d *Descriptor) Encode(order []string) []byte {
	var b strings.Builder
	b.WriteString(descriptorHead())
	fmt.Fprintf(&b, "version: %d\nname: %s\ntemplate: %s\nrelease: %s\n", descriptorVersion, d.Name, d.Template, d.Release)
	if len(d.Values) > 0 {
		fmt.Fprintf(&b, "values: %s\n", FlowMap(d.Values, order))
	}
	for i, u := range d.Units {
		if i == 0 {
			b.WriteString("units:\n")
		}
		fmt.Fprintf(&b, "  - %s\n", u.Entry(nil))
	}
	return []byte(b.String())
}

// Entry is the unit as it stands in a descriptor's list; order gives its
// values' order.
func (u Unit) Entry(order []string) string {
	return u.Kind + ": " + FlowMap(u.Values, order)
}

// FlowMap writes m as {a: b, c: d}, first the keys of order, then the others by
// name. Values are quoted where YAML would read something else.
func FlowMap(m map[string]string, order []string) string {
	var keys []string
	for _, k := range order {
		if _, ok := m[k]; ok {
			keys = append(keys, k)
		}
	}
	for _, k := range sorted(m) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = FlowScalar(k) + ": " + FlowScalar(m[k])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// FlowScalar writes s so that YAML reads it back as the same text in a flow
// collection; numbers and words stay bare.
func FlowScalar(s string) string {
	bare := s != "" && !strings.ContainsAny(s, ",[]{}#&*!|>'\"%@`\n\r\t") && !strings.Contains(s, ": ") &&
		!strings.HasSuffix(s, ":") && strings.TrimSpace(s) == s && !strings.HasPrefix(s, "- ") && !strings.HasPrefix(s, "? ") &&
		s[0] != '-' && s[0] != '?' && s[0] != ':' && s[0] != '=' && s[0] != '<' && s[0] != '~'
	if bare {
		var v any
		if err := yaml.Unmarshal([]byte("["+s+"]"), &v); err == nil {
			if l, ok := v.([]any); ok && len(l) == 1 && l[0] != nil {
				return s
			}
		}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

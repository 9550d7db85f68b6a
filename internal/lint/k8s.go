package lint

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/svcgen/svcgen/internal/insert"
)

// workload is a Kubernetes object that runs pods, in a rendered file.
type workload struct {
	o          *Output
	kind, name string
	service    string    // the name of the service that it is rendered for
	spec       *yamlNode // of the pod
	containers []container
	inits      []container
}

// container is one of a pod's, image and all: a patch that adds to a container
// is none.
type container struct {
	node  *yamlNode
	name  string
	image string
}

// all lists a workload's containers, those that come first among them.
func (w *workload) all() []container { return slices.Concat(w.inits, w.containers) }

// serves reports whether the pods are to stay up.
func (w *workload) serves() bool {
	return w.kind != "Job" && w.kind != "CronJob" && scalar(field(w.spec, "restartPolicy")) != "Never"
}

// podSpecs are where the objects that run pods have the pod's spec.
var podSpecs = map[string][]string{
	"Pod":                   {"spec"},
	"PodTemplate":           {"template", "spec"},
	"Deployment":            {"spec", "template", "spec"},
	"StatefulSet":           {"spec", "template", "spec"},
	"DaemonSet":             {"spec", "template", "spec"},
	"ReplicaSet":            {"spec", "template", "spec"},
	"ReplicationController": {"spec", "template", "spec"},
	"Job":                   {"spec", "template", "spec"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template", "spec"},
}

// workloads lists what the rendered YAML files run in a cluster.
func (p *Pass) workloads() []*workload {
	var out []*workload
	for _, o := range p.Outputs {
		if insert.FormatOf(o.Path) != insert.YAML || !bytes.Contains(o.Data, []byte("apiVersion")) {
			continue
		}
		for _, doc := range o.docs() {
			for _, object := range objects(doc) {
				if w := workloadOf(o, object); w != nil {
					w.service = p.service
					out = append(out, w)
				}
			}
		}
	}
	return out
}

// objects are a document's: one, or those of a list.
func objects(doc *yamlNode) []*yamlNode {
	if scalar(field(doc, "kind")) == "List" {
		return items(field(doc, "items"))
	}
	return []*yamlNode{doc}
}

func workloadOf(o *Output, object *yamlNode) *workload {
	w := &workload{o: o, kind: scalar(field(object, "kind")), name: scalar(field(object, "metadata", "name"))}
	keys, ok := podSpecs[w.kind]
	if !ok || field(object, "apiVersion") == nil {
		return nil
	}
	w.spec = field(object, keys...)
	w.containers = containersIn(field(w.spec, "containers"))
	w.inits = containersIn(field(w.spec, "initContainers"))
	if len(w.all()) == 0 {
		return nil
	}
	return w
}

func containersIn(list *yamlNode) []container {
	var out []container
	for _, n := range items(list) {
		n = target(n)
		if image := scalar(field(n, "image")); image != "" {
			out = append(out, container{n, scalar(field(n, "name")), image})
		}
	}
	return out
}

// target is what an alias stands for, or n itself.
func target(n *yamlNode) *yamlNode {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// field returns the value at the keys below n, through aliases and merged
// mappings, or nil.
func field(n *yamlNode, keys ...string) *yamlNode {
	for _, k := range keys {
		n = fieldOf(target(n), k, 0)
	}
	return target(n)
}

// deepest bounds mappings that merge one another.
const deepest = 4

func fieldOf(n *yamlNode, key string, depth int) *yamlNode {
	if _, v := entry(n, key); v != nil {
		return v
	}
	_, merged := entry(n, "<<")
	merged = target(merged)
	if merged == nil || depth > deepest {
		return nil
	}
	for _, m := range append(items(merged), merged) {
		if v := fieldOf(target(m), key, depth+1); v != nil {
			return v
		}
	}
	return nil
}

// keyOf returns the key whose value is below n, to point at it; n without it.
func keyOf(n *yamlNode, key string) *yamlNode {
	if k, _ := entry(n, key); k != nil {
		return k
	}
	return n
}

// addKeys writes lines, indented as the mapping n's keys are, before one of
// n's keys that begins its line: a container's name and image stay first. It
// returns no edit where there is none.
func (o *Output) addKeys(n *yamlNode, lines ...string) []Edit {
	if n == nil || n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 {
		return nil
	}
	line, indent := 0, ""
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		start, end := o.lineRange(k.Line)
		text := string(o.Data[start:end])
		margin := text[:len(text)-len(strings.TrimLeft(text, " "))]
		if len(margin) != k.Column-1 {
			continue
		}
		line, indent = k.Line, margin
		if k.Value != "name" && k.Value != "image" {
			break
		}
	}
	if line == 0 {
		return nil
	}
	return o.InsertLines(line, indent+strings.Join(lines, "\n"+indent)+"\n")
}

// setScalar writes another plain scalar in n's place.
func (o *Output) setScalar(n *yamlNode, text string) []Edit {
	if n == nil || n.Kind != yaml.ScalarNode || n.Style != 0 {
		return nil
	}
	start, end := o.lineRange(n.Line)
	at := start + n.Column - 1 // in runes: wrong behind others, where the text then differs
	if at+len(n.Value) > end || string(o.Data[at:at+len(n.Value)]) != n.Value {
		return nil
	}
	return o.Edit(at, at+len(n.Value), text)
}

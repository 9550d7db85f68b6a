package lint

import (
	"slices"
	"strings"
)

func k8sRules() []Rule {
	return []Rule{k8sNoResources, k8sPrivileged, probePortMismatch}
}

var k8sNoResources = Rule{
	ID: "k8s-no-resources", Severity: Warning,
	Doc:    "A container of a Kubernetes object requests no processor or memory, or has no limit of memory.",
	Why:    "The scheduler puts it where there is no room, and one leak takes the whole node down. A limit of the processor is not asked for: it slows requests down while the node is idle.",
	Remedy: "set resources.requests.cpu, resources.requests.memory and resources.limits.memory",
	Check: func(p *Pass) {
		for _, w := range p.workloads() {
			for _, c := range w.all() {
				p.checkResources(w, c)
			}
		}
	},
}

// resources are what is asked for, with a start for --fix.
var resources = []struct{ list, name, value string }{
	{"requests", "cpu", "100m"}, {"requests", "memory", "64Mi"}, {"limits", "memory", "256Mi"},
}

func (p *Pass) checkResources(w *workload, c container) {
	given := field(c.node, "resources")
	var missing, lines []string
	var mend []Edit
	for _, r := range resources {
		// A limit is a request too where there is no other; a pod may have its own.
		if field(given, r.list, r.name) != nil || field(given, "limits", r.name) != nil || field(w.spec, "resources", r.list, r.name) != nil {
			continue
		}
		missing = append(missing, r.list+"."+r.name)
		switch list := field(given, r.list); {
		case list != nil:
			mend = append(mend, w.o.addKeys(list, r.name+": "+r.value)...)
		case slices.Contains(lines, r.list+":"):
			lines = append(lines, "  "+r.name+": "+r.value)
		default:
			lines = append(lines, r.list+":", "  "+r.name+": "+r.value)
		}
	}
	if missing == nil {
		return
	}
	at := keyOf(c.node, "resources")
	p.ReportOutput(w.o, at.Line, at.Column, "the container %s of %s %s has no %s", c.name, w.kind, w.name, strings.Join(missing, ", ")).
		Mend(append(mend, w.o.addMapping(c.node, "resources", lines)...)...)
}

// addMapping writes lines into the mapping at n's key, and the key where it is
// missing.
func (o *Output) addMapping(n *yamlNode, key string, lines []string) []Edit {
	if len(lines) == 0 {
		return nil
	}
	if given := field(n, key); given != nil {
		return o.addKeys(given, lines...)
	}
	whole := []string{key + ":"}
	for _, l := range lines {
		whole = append(whole, "  "+l)
	}
	return o.addKeys(n, whole...)
}

var k8sPrivileged = Rule{
	ID: "k8s-privileged", Severity: Error,
	Doc:    "A container of a Kubernetes object is privileged, may become so, may run as root, or may write its root file system.",
	Why:    "What breaks into such a container can change it, stay in it, and reach for the node. Kubernetes allows all of it unless it is told not to.",
	Remedy: "set runAsNonRoot: true, allowPrivilegeEscalation: false and readOnlyRootFilesystem: true in its securityContext, and mount an emptyDir where it writes",
	Check: func(p *Pass) {
		for _, w := range p.workloads() {
			for _, c := range w.all() {
				p.checkPrivileges(w, c)
			}
		}
	},
}

// guards are the flags of a securityContext that keep a container in.
var guards = []struct {
	name, want, otherwise string
	must                  bool // not set is as bad as wrong
	pod                   bool // the pod's own counts as well
}{
	{"privileged", "false", "is privileged", false, false},
	{"allowPrivilegeEscalation", "false", "may gain privileges", true, false},
	{"readOnlyRootFilesystem", "true", "may write its root file system", true, false},
	{"runAsNonRoot", "true", "may run as root", true, true},
}

func (p *Pass) checkPrivileges(w *workload, c container) {
	own, pods := field(c.node, "securityContext"), field(w.spec, "securityContext")
	first := func(name string) *yamlNode {
		if n := field(own, name); n != nil {
			return n
		}
		return field(pods, name)
	}
	user := first("runAsUser")
	var missing, lines []string
	for _, g := range guards {
		n := field(own, g.name)
		if g.pod {
			n = first(g.name)
		}
		switch {
		case n != nil && scalar(n) != g.want && (!g.pod || user == nil || scalar(user) == "0"):
			p.ReportOutput(w.o, n.Line, n.Column, "%s of %s %s %s: %s is %s", w.whose(c, n), w.kind, w.name, g.otherwise, g.name, scalar(n)).
				Mend(w.o.setScalar(n, g.want)...)
		case n == nil && g.must && (!g.pod || user == nil):
			missing = append(missing, g.otherwise)
			lines = append(lines, g.name+": "+g.want)
		}
	}
	if user != nil && scalar(user) == "0" {
		p.ReportOutput(w.o, user.Line, user.Column, "%s of %s %s runs as root: runAsUser is 0", w.whose(c, user), w.kind, w.name).
			Mend(w.o.setScalar(user, "65532")...)
	}
	if missing != nil {
		at := keyOf(c.node, "securityContext")
		p.ReportOutput(w.o, at.Line, at.Column, "the container %s of %s %s %s", c.name, w.kind, w.name, strings.Join(missing, ", ")).
			Mend(w.o.addMapping(c.node, "securityContext", lines)...)
	}
}

// whose says whose field n is: what the pod says is said once for all
// containers.
func (w *workload) whose(c container, n *yamlNode) string {
	for _, name := range []string{"runAsNonRoot", "runAsUser"} {
		if n == field(w.spec, "securityContext", name) {
			return "the pod"
		}
	}
	return "the container " + c.name
}

package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var probePortMismatch = Rule{
	ID: "probe-port-mismatch", Severity: Error,
	Doc:    "A probe, a health check or a published port names a port that the service does not have.",
	Why:    "The probe never succeeds: the service is restarted for ever, or never gets a request.",
	Remedy: "name a port of the container's, best by its name; or add the port",
	Check: func(p *Pass) {
		for _, w := range p.workloads() {
			for _, c := range w.all() {
				p.checkProbes(w, c)
			}
		}
		c := portCheck{p, p.served()}
		for _, o := range p.images() {
			c.healthcheck(o)
		}
		for _, o := range p.composeFiles() {
			c.compose(o)
		}
	},
}

// port is one that a container says it listens on.
type port struct {
	number, name string
}

func (c container) ports() []port {
	var out []port
	for _, n := range items(field(c.node, "ports")) {
		out = append(out, port{scalar(field(n, "containerPort")), scalar(field(n, "name"))})
	}
	return out
}

var probeNames = []string{"startupProbe", "livenessProbe", "readinessProbe"}

func (p *Pass) checkProbes(w *workload, c container) {
	var all []port // containers of a pod share its network, but not their ports' names
	for _, other := range w.all() {
		all = append(all, other.ports()...)
	}
	for _, probe := range probeNames {
		for _, handler := range []string{"httpGet", "tcpSocket", "grpc"} {
			n := field(c.node, probe, handler, "port")
			if n == nil || scalar(n) == "" {
				continue
			}
			_, err := strconv.Atoi(scalar(n))
			if err == nil && slices.ContainsFunc(all, func(q port) bool { return q.number == scalar(n) }) ||
				err != nil && slices.ContainsFunc(c.ports(), func(q port) bool { return q.name == scalar(n) }) {
				continue
			}
			p.ReportOutput(w.o, n.Line, n.Column, "the %s of the container %s asks the port %s, which the container does not have", probe, c.name, scalar(n)).
				Mend(w.o.otherPort(n, c.ports())...)
		}
	}
}

// otherPort names the port that is meant, where there is but one.
func (o *Output) otherPort(n *yamlNode, ports []port) []Edit {
	if len(ports) != 1 {
		return nil
	}
	name := ports[0].name
	if name == "" {
		name = ports[0].number
	}
	return o.setScalar(n, name)
}

// served lists the numbers of the ports that each rendering has, as its
// Dockerfiles and its workloads tell; nil where they do not.
func (p *Pass) served() [][]string {
	out, unknown := make([][]string, len(p.Renderings)), make([]bool, len(p.Renderings))
	for _, o := range p.images() {
		ports, known := exposed(o.image())
		for _, i := range o.Shown {
			out[i], unknown[i] = append(out[i], ports...), unknown[i] || !known
		}
	}
	for _, w := range p.workloads() {
		for _, c := range w.all() {
			for _, q := range c.ports() {
				for _, i := range w.o.Shown {
					out[i] = append(out[i], q.number)
				}
			}
		}
	}
	for i := range out {
		if unknown[i] {
			out[i] = nil
		}
	}
	return out
}

// exposed lists the ports of an image; false where some are known at the build
// alone.
func exposed(d *dockerfile) (ports []string, known bool) {
	stages, _ := d.final()
	for _, s := range stages {
		for _, in := range s.instructions {
			if in.name != "EXPOSE" {
				continue
			}
			for _, a := range in.args {
				text, ok := expand(a, d.scope(s))
				if !ok {
					return nil, false
				}
				number, _, _ := strings.Cut(text, "/")
				ports = append(ports, number)
			}
		}
	}
	return ports, true
}

// portCheck compares with the ports that each rendering has.
type portCheck struct {
	*Pass
	served [][]string
}

// unserved lists those of the renderings that make o and have ports, but not
// this one.
func (c portCheck) unserved(o *Output, number string) []int {
	var out []int
	for _, i := range o.Shown {
		if ports := c.served[i]; ports != nil && !slices.ContainsFunc(ports, func(q string) bool { return holds(q, number) }) {
			out = append(out, i)
		}
	}
	return out
}

// holds reports whether a port, or a range of them, holds the number.
func holds(ports, number string) bool {
	low, high, isRange := strings.Cut(ports, "-")
	if !isRange {
		return ports == number
	}
	a, errA := strconv.Atoi(low)
	b, errB := strconv.Atoi(high)
	n, errN := strconv.Atoi(number)
	return errA == nil && errB == nil && errN == nil && a <= n && n <= b
}

func (c portCheck) report(o *Output, line, col int, who, number string) {
	if shown := c.unserved(o, number); shown != nil {
		c.ReportFor(shown, o.Source.File, o.Place(line, col), "%s the port %s, which the service does not have", who, number)
	}
}

// own is an address of the same machine with a port.
var own = regexp.MustCompile(`(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(\d+)`)

func (c portCheck) healthcheck(o *Output) {
	stages, _ := o.image().final()
	for _, s := range stages {
		for _, in := range s.instructions {
			if in.name != "HEALTHCHECK" {
				continue
			}
			text, _ := expand(strings.Join(in.args, " "), o.image().scope(s))
			if m := own.FindStringSubmatch(text); m != nil {
				c.report(o, in.line, 0, "HEALTHCHECK asks", m[1])
			}
		}
	}
}

var composeNames = regexp.MustCompile(`^(?:.*/)?(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$`)

// composeFiles are those that are rendered, and what the template writes into
// the workspace's own.
func (p *Pass) composeFiles() []*Output {
	out := p.entriesFor("compose")
	for _, o := range p.Outputs {
		if composeNames.MatchString(o.Path) {
			out = append(out, o)
		}
	}
	return out
}

func (c portCheck) compose(o *Output) {
	for _, doc := range o.docs() {
		services := field(doc, "services")
		if services == nil {
			c.composeService(o, doc) // an entry
			continue
		}
		for i := 1; services.Kind == yaml.MappingNode && i < len(services.Content); i += 2 {
			c.composeService(o, target(services.Content[i]))
		}
	}
}

// composeService looks at what is built here: ports of an image from
// elsewhere are not ours to know.
func (c portCheck) composeService(o *Output, service *yamlNode) {
	if field(service, "build") == nil {
		return
	}
	for _, n := range items(field(service, "ports")) {
		at := n
		number := scalar(n)
		if t := field(n, "target"); t != nil {
			at, number = t, scalar(t)
		}
		number, _, _ = strings.Cut(number[strings.LastIndexByte(number, ':')+1:], "/")
		if _, err := strconv.Atoi(number); err == nil {
			c.report(o, at.Line, at.Column, "compose publishes", number)
		}
	}
	test := field(service, "healthcheck", "test")
	for _, n := range append(items(test), test) {
		if m := own.FindStringSubmatch(scalar(n)); m != nil {
			c.report(o, n.Line, n.Column, "the healthcheck asks", m[1])
		}
	}
}

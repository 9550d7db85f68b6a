package lint

import (
	"slices"
	"strings"
)

var (
	livenessNames  = strings.Fields("livez live liveness alive healthz health healthy healthcheck heartbeat ping up")
	readinessNames = strings.Fields("readyz ready readiness")
)

var noLiveness = Rule{
	ID: "no-liveness", Severity: Error,
	Doc:    "Nothing in a template of kind server answers whether the process lives; or its pods do not ask, or ask what is not answered.",
	Why:    "A process that hangs is never restarted.",
	Remedy: "answer /livez without asking any dependency, and name it in the livenessProbe",
	Check: func(p *Pass) {
		if p.isServer() {
			p.probes("livenessProbe", "liveness", "/livez", livenessNames)
		}
	},
}

var noReadiness = Rule{
	ID: "no-readiness", Severity: Error,
	Doc:    "Nothing in a template of kind server answers whether it can serve; or that is the same as liveness; or its pods do not ask, or ask what is not answered.",
	Why:    "Requests reach a process that has not started, or is about to end. If it is the same as liveness, a database that is away restarts every instance.",
	Remedy: "answer /readyz by what the service needs, and 503 once it drains; name it in the readinessProbe",
	Check: func(p *Pass) {
		if p.isServer() {
			p.probes("readinessProbe", "readiness", "/readyz", readinessNames)
			p.sameProbes()
			p.sameHandlers()
		}
	},
}

// probes reports where nothing answers, where pods do not ask, and where they
// ask in vain. Paths that pods ask count, whatever they are called.
func (p *Pass) probes(probe, what, example string, names []string) {
	all, grpc := p.answers(), p.speaksGRPCHealth()
	known := answersOneOf(all, names)
	settled := map[int]bool{} // the pods tell
	for _, w := range p.ownWorkloads() {
		asked := false
		for _, c := range w.all() {
			n := field(c.node, probe)
			asked = asked || n != nil
			at := field(n, "httpGet", "path")
			for _, i := range w.o.Shown {
				switch {
				case n == nil:
				case at == nil || answered(all, i, scalar(at)):
					settled[i] = true
				case !grpc(i) && (w.owns(c) || !w.ours()):
					settled[i] = true
					p.ReportFor([]int{i}, w.o.Source.File, w.o.Place(at.Line, at.Column), "the %s asks %s, which nothing answers", probe, scalar(at))
				}
			}
		}
		if !asked {
			at := w.all()[0].node
			p.ReportOutput(w.o, at.Line, at.Column, "the pods of %s %s have no %s", w.kind, w.name, probe)
		}
	}
	p.ReportAbsent(p.lacking(func(i int) bool { return known(i) || grpc(i) || settled[i] }), "nothing answers %s, such as %s", what, example)
}

// ownWorkloads lists the workloads that are to stay up, and whose image is most
// likely the service's: that of its name, or any where none has it.
func (p *Pass) ownWorkloads() []*workload {
	all := slices.DeleteFunc(p.workloads(), func(w *workload) bool { return !w.serves() })
	if slices.ContainsFunc(all, (*workload).ours) {
		return slices.DeleteFunc(all, func(w *workload) bool { return !w.ours() })
	}
	return all
}

// owns reports whether the container's image has the service's name.
func (w *workload) owns(c container) bool { return strings.Contains(c.image, w.service) }

func (w *workload) ours() bool { return slices.ContainsFunc(w.containers, w.owns) }

// sameProbes finds pods that ask the same for both.
func (p *Pass) sameProbes() {
	for _, w := range p.workloads() {
		for _, c := range w.containers {
			live, ready := field(c.node, "livenessProbe"), field(c.node, "readinessProbe")
			at := field(ready, "httpGet", "path")
			if w.serves() && at != nil && scalar(at) == scalar(field(live, "httpGet", "path")) &&
				scalar(field(ready, "httpGet", "port")) == scalar(field(live, "httpGet", "port")) {
				p.ReportOutput(w.o, at.Line, at.Column, "the readinessProbe of the container %s asks what its livenessProbe asks: %s", c.name, scalar(at))
			}
		}
	}
}

// sameHandlers finds programs that answer the same to both.
func (p *Pass) sameHandlers() {
	all := p.answers()
	for _, ready := range all {
		if ready.handler == "" || !slices.Contains(readinessNames, ready.last()) {
			continue
		}
		for _, live := range all {
			if live.o == ready.o && live.handler == ready.handler && slices.Contains(livenessNames, live.last()) {
				line := 1 + strings.Count(string(ready.o.Data[:ready.offset]), "\n")
				p.ReportOutput(ready.o, line, 1+ready.offset-offsetOf(ready.o.Data, line), "%s is answered as %s is", ready.path, live.path)
				break
			}
		}
	}
}

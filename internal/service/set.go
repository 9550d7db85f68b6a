package service

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/workspace"
)

// SetOptions are what svcgen set was given.
type SetOptions struct {
	Service *workspace.Service
	Answers map[string]string
	Listing Listing
	Merging
}

// Set computes how a service comes to other values of its template, or to other
// ports or another owner, with what people changed: the same merge as an upgrade, between the rendering with the
// old values and the one with the new.
func Set(ctx context.Context, w *workspace.Workspace, lib workspace.Library, o SetOptions) (*Outcome, error) {
	from, d, err := living(w, lib, o.Service)
	if err != nil {
		return nil, err
	}
	answers := maps.Clone(d.Values)
	maps.Copy(answers, o.Answers)
	t := &transition{w: w, from: from, descriptor: d, merging: o.Merging}
	t.to = from
	if t.to.service, err = o.Listing.of(w, from.service); err != nil {
		return nil, err
	}
	if t.to, err = target(w, t.to, from.tmpl, answers, from.units); err != nil {
		return nil, err
	}
	words := o.Listing.words()
	for _, k := range slices.Sorted(maps.Keys(o.Answers)) {
		words = append(words, k+"="+o.Answers[k])
	}
	t.label = strings.Join(words, " ")
	if t.same() {
		return &Outcome{}, nil
	}
	if err := t.prepare(ctx); err != nil {
		return nil, err
	}
	out, err := carry(w, lib, []*transition{t}, false)
	if err != nil {
		return nil, err
	}
	out.Done = fmt.Sprintf("%s has %s (template %s %s)", o.Service.Name, t.label, t.to.ref, t.to.tmpl.Release)
	if t.after.has("go.mod") && len(out.Plan) > 0 {
		out.Next = append(out.Next, "cd "+o.Service.Path+" && go test ./...")
	}
	if len(out.Plan) > 0 && from.service.Port != t.to.service.Port {
		for _, other := range w.Manifest.Services {
			if slices.Contains(other.Needs, o.Service.Name) {
				out.Next = append(out.Next, "svcgen refresh "+other.Name)
			}
		}
	}
	return out, nil
}

package health

import "context"

// Serving reports whether the service can serve: whether /readyz would say so.
func (h *Health) Serving(ctx context.Context) bool {
	if h.Draining() || !h.started.Load() {
		return false
	}
	for i, err := range h.ask(ctx) {
		if err != nil && h.checks[i].Critical {
			return false
		}
	}
	return true
}

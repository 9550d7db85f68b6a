package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"go.opentelemetry.io/otel/trace"
)

// ProblemDetails is the body of every 4xx and 5xx (RFC 9457). A handler makes one
// by returning huma.Error404NotFound or its like; any other error is a 500. What
// led to a 5xx goes to the log, with the same trace id, and not to the client.
type ProblemDetails struct {
	Title   string      `json:"title" doc:"What the status means"`
	Status  int         `json:"status" doc:"The HTTP status"`
	Detail  string      `json:"detail,omitempty" doc:"What is wrong with this request"`
	Errors  []Violation `json:"errors,omitempty" nullable:"false" doc:"What is wrong, place by place"`
	TraceID string      `json:"trace_id,omitempty" doc:"Tells which lines of the service's log belong to this request"`
}

// Violation is one thing that is wrong with a request. The value that was sent
// is not repeated: it may be a secret.
type Violation struct {
	Location string `json:"location,omitempty" doc:"Where, e.g. body.items[3].tags or path.id"`
	Message  string `json:"message" doc:"What is wrong there"`
}

// statusClientGone is what proxies log for a client that did not wait. Nobody
// reads the answer, but it must not count as a failure of the service.
const statusClientGone = 499

// problem is a huma.Transformer: it turns Huma's errors into ProblemDetails.
func (a *API) problem(ctx huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := newProblem(ctx.Context(), model.Status, model.Detail)
	if model.Status < http.StatusInternalServerError {
		for _, e := range model.Errors {
			p.Errors = append(p.Errors, violation(e))
		}
		return p, nil
	}
	causes := []string{}
	for _, e := range model.Errors {
		causes = append(causes, e.Message)
	}
	a.Log.ErrorContext(ctx.Context(), "request failed", "status", model.Status, "detail", model.Detail, "causes", causes)
	return p, nil
}

func newProblem(ctx context.Context, status int, detail string) *ProblemDetails {
	p := &ProblemDetails{Title: cmp.Or(http.StatusText(status), "Unknown"), Status: status, Detail: detail}
	if status == http.StatusInternalServerError {
		p.Detail = "Something went wrong in the service."
	}
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		p.TraceID = span.TraceID().String()
	}
	return p
}

func violation(e *huma.ErrorDetail) Violation {
	v := Violation{Location: e.Location, Message: e.Message}
	// Parsers quote what they could not read.
	if s, ok := e.Value.(string); ok && strings.Contains(v.Message, strconv.Quote(s)) {
		v.Message = "cannot be read"
	}
	return v
}

// writeProblem is for answers that do not come from an operation.
func writeProblem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(newProblem(r.Context(), status, detail)) // the client may be gone
}

// gone tells a handler's error that only says that the client has left from one
// that is the service's own.
func gone(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return huma.NewError(statusClientGone, "")
	}
	return err
}

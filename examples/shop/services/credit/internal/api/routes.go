package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// routes lists what the service serves.
func (a *API) routes() {
	a.Mux.HandleFunc("GET /openapi.json", a.describe)

	register(a, huma.Operation{
		OperationID: "listAssessments",
		Method:      http.MethodGet,
		Path:        "/v1/assessments",
		Summary:     "List assessments",
	}, a.listAssessments)
	register(a, huma.Operation{
		OperationID:   "createAssessment",
		Method:        http.MethodPost,
		Path:          "/v1/assessments",
		Summary:       "Create assessment",
		DefaultStatus: http.StatusCreated,
	}, a.createAssessment)
	register(a, huma.Operation{
		OperationID: "getAssessment",
		Method:      http.MethodGet,
		Path:        "/v1/assessments/{id}",
		Summary:     "Get assessment",
	}, a.getAssessment)
}

// register adds an operation, with what all of them have in common.
func register[I, O any](a *API, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	if op.BodyReadTimeout == 0 {
		op.BodyReadTimeout = a.BodyTimeout
	}
	huma.Register(a.Huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		return out, gone(ctx, err)
	})
}

// describe answers with the API's description, as it stands in api/openapi.json.
func (a *API) describe(w http.ResponseWriter, r *http.Request) {
	description, err := a.openAPI()
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(description) // the client may be gone
}

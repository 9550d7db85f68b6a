package api

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/acme/shop/services/credit/internal/credit"
)

type getAssessmentInput struct {
	ID string `path:"id" minLength:"1" doc:"The assessment's id"`
}

type getAssessmentOutput struct {
	Body credit.Assessment
}

// getAssessment serves GET /v1/assessments/{id}.
func (a *API) getAssessment(ctx context.Context, in *getAssessmentInput) (*getAssessmentOutput, error) {
	found, err := a.Service.Get(ctx, in.ID)
	switch {
	case errors.Is(err, credit.ErrNotFound):
		return nil, huma.Error404NotFound("There is no such assessment.")
	case err != nil:
		return nil, err
	}
	return &getAssessmentOutput{Body: found}, nil
}

package api

import (
	"context"
	"net/url"

	"github.com/acme/shop/services/credit/internal/credit"
)

type createAssessmentInput struct {
	Body CreateAssessmentRequest
}

// CreateAssessmentRequest is what a client says of a new assessment.
type CreateAssessmentRequest struct {
	Description string `json:"description" minLength:"1" maxLength:"200" doc:"What the assessment is, in a person's words"`
}

type createAssessmentOutput struct {
	Location string `header:"Location" doc:"Where the new assessment is"`
	Body     credit.Assessment
}

// createAssessment serves POST /v1/assessments.
func (a *API) createAssessment(ctx context.Context, in *createAssessmentInput) (*createAssessmentOutput, error) {
	created, err := a.Service.Create(ctx, in.Body.Description)
	if err != nil {
		return nil, err
	}
	return &createAssessmentOutput{
		Location: "/v1/assessments/" + url.PathEscape(created.ID),
		Body:     created,
	}, nil
}

package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/acme/shop/services/credit/internal/bureau"
	"github.com/acme/shop/services/credit/internal/credit"
)

type createAssessmentInput struct {
	Body CreateAssessmentRequest
}

// CreateAssessmentRequest is what a client says of a new assessment.
type CreateAssessmentRequest struct {
	Description string `json:"description" minLength:"1" maxLength:"200" doc:"What the assessment is, in a person's words"`
	Customer    string `json:"customer,omitempty" maxLength:"200" doc:"Who is to pay; nobody knows the one without a name"`
	Amount      int64  `json:"amount,omitempty" minimum:"0" doc:"How much, in cents"`
}

type createAssessmentOutput struct {
	Location string `header:"Location" doc:"Where the new assessment is"`
	Body     credit.Assessment
}

// createAssessment serves POST /v1/assessments.
func (a *API) createAssessment(ctx context.Context, in *createAssessmentInput) (*createAssessmentOutput, error) {
	created, err := a.Service.Create(ctx, in.Body.Description, in.Body.Customer, in.Body.Amount)
	switch {
	case errors.Is(err, bureau.ErrAway):
		return nil, huma.NewError(http.StatusBadGateway, "The credit bureau does not answer.", err)
	case err != nil:
		return nil, err
	}
	return &createAssessmentOutput{
		Location: "/v1/assessments/" + url.PathEscape(created.ID),
		Body:     created,
	}, nil
}

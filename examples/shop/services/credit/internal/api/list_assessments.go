package api

import (
	"context"

	"github.com/acme/shop/services/credit/internal/credit"
)

type listAssessmentsInput struct {
	After string `query:"after" doc:"The page begins behind the assessment with this id"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
}

type listAssessmentsOutput struct {
	Body ListAssessmentsResponse
}

// ListAssessmentsResponse is a page of assessments.
type ListAssessmentsResponse struct {
	Assessments []credit.Assessment `json:"assessments" nullable:"false"`

	Next string `json:"next,omitempty" doc:"What to send as after for the next page; missing on the last"`
}

// listAssessments serves GET /v1/assessments.
func (a *API) listAssessments(ctx context.Context, in *listAssessmentsInput) (*listAssessmentsOutput, error) {
	out := &listAssessmentsOutput{Body: ListAssessmentsResponse{
		Assessments: []credit.Assessment{}, // in JSON [], never null
	}}
	// One more than asked for tells whether there is another page.
	page, err := a.Service.List(ctx, in.After, in.Limit+1)
	if err != nil {
		return nil, err
	}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Body.Next = page[in.Limit-1].ID
	}
	out.Body.Assessments = append(out.Body.Assessments, page...)
	return out, nil
}

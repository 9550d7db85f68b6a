package publishers

import (
	"testing"

	"github.com/acme/shop/services/fraud/internal/events/eventstest"
)

func TestFraudFlagged(t *testing.T) {
	to := &eventstest.Recorder{}
	if err := New(to).FraudFlagged(t.Context(), "1", FraudFlaggedEvent{ID: "a"}); err != nil {
		t.Fatal(err)
	}
	got := to.Events()
	if len(got) != 1 || got[0].ID != "1" || got[0].Subject != "fraud.flagged" || string(got[0].Data) != `{"id":"a"}` {
		t.Errorf("published %+v", got)
	}
}

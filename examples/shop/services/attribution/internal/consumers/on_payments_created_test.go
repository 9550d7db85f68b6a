package consumers

import (
	"strings"
	"testing"

	"github.com/acme/shop/services/attribution/internal/events"
)

func TestOnPaymentsCreated(t *testing.T) {
	c, published := newTest(t)
	err := c.onPaymentsCreated(t.Context(), events.Event{ID: "1", Data: []byte(`{"id":"a"}`)})
	if err == nil || !strings.Contains(err.Error(), "not written yet") {
		t.Errorf("got %v", err)
	}
	if err := c.onPaymentsCreated(t.Context(), events.Event{ID: "1", Data: []byte(`{"id":`)}); err == nil {
		t.Error("broken data are taken")
	}
	if got := published.Events(); len(got) > 0 {
		t.Errorf("published %+v", got)
	}
}

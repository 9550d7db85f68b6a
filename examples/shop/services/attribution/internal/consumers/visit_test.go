package consumers

import (
	"errors"
	"strings"
	"testing"

	"github.com/acme/shop/services/attribution/internal/events"
)

func TestVisit(t *testing.T) {
	c, published := newTest(t)
	for range 2 {
		if err := c.visit(t.Context(), events.Event{ID: "1", Data: []byte(`{"id":"a","amount":120000}`)}); err != nil {
			t.Fatal(err)
		}
	}
	got := published.Events()
	if len(got) != 2 || got[0].ID != got[1].ID || got[0].Subject != "attribution.scored" || !strings.Contains(string(got[0].Data), `"score":12`) {
		t.Errorf("published %+v", got)
	}
}

func TestVisitRefuses(t *testing.T) {
	c, published := newTest(t)
	for _, data := range []string{``, `[]`, `{"id":"","amount":1}`, `{"id":"a","amount":-1}`} {
		if err := c.visit(t.Context(), events.Event{ID: "1", Data: []byte(data)}); err == nil {
			t.Errorf("%s is taken", data)
		}
	}
	away := errors.New("NATS is away")
	published.SetFail(away)
	if err := c.visit(t.Context(), events.Event{ID: "1", Data: []byte(`{"id":"a","amount":1}`)}); !errors.Is(err, away) {
		t.Errorf("got %v, want the publisher's error: the event must come again", err)
	}
	if got := published.Events(); len(got) > 0 {
		t.Errorf("published %+v", got)
	}
}

package consumers

import (
	"testing"

	"github.com/acme/shop/services/attribution/internal/attribution"

	"github.com/acme/shop/services/attribution/internal/events/eventstest"
	"github.com/acme/shop/services/attribution/internal/publishers"
)

// newTest returns the handlers, and what they publish.
func newTest(t *testing.T) (*Consumers, *eventstest.Recorder) {
	t.Helper()
	published := &eventstest.Recorder{}
	return New(attribution.New(), publishers.New(published)), published
}

// Every handler has a subject and a name of its own.
func TestRegister(t *testing.T) {
	c, _ := newTest(t)
	client := eventstest.Start(t).Client(t, "test")
	c.Register(client)
	seen := map[string]bool{}
	for _, name := range client.Names() {
		if seen[name] {
			t.Errorf("two consumers are called %s", name)
		}
		seen[name] = true
	}
}

package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/acme/shop/services/payments/internal/config"
	"github.com/acme/shop/services/payments/internal/postgres"
	"github.com/acme/shop/services/payments/internal/postgres/postgrestest"
)

// What one instance has created, the next one has.
func TestDataOutlivesTheProcess(t *testing.T) {
	address := postgrestest.New(t)
	if err := postgres.Migrate(t.Context(), address, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	// It stands for credit and for the ledger.
	others := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"approved":true}`))
	}))
	t.Cleanup(others.Close)
	peer := config.Client{URL: others.URL, DialTimeout: time.Second, HeaderTimeout: time.Second, Timeout: time.Second, MaxInFlight: 1}
	c := config.Config{DatabaseURL: config.Secret(address), Credit: peer, Ledger: peer}
	first := start(t, c, defaults)
	resp, err := http.Post(first.url+"/v1/payments", "application/json", strings.NewReader(`{"description":"the first"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("creating: %s\n%s", resp.Status, first.log)
	}
	first.stop()
	first.wait(t)

	second := start(t, c, defaults)
	got, err := http.Get(second.url + resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got.StatusCode != http.StatusOK || !strings.Contains(string(body), "the first") {
		t.Errorf("the next process answers %s: %s", got.Status, body)
	}
	second.stop()
	second.wait(t)
}

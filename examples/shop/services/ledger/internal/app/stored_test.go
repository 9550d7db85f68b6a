package app

import (
	"log/slog"
	"net/http"
	"testing"

	"google.golang.org/protobuf/proto"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"
	"github.com/acme/shop/services/ledger/gen/entry/v1/entryv1connect"

	"github.com/acme/shop/services/ledger/internal/config"
	"github.com/acme/shop/services/ledger/internal/postgres"
	"github.com/acme/shop/services/ledger/internal/postgres/postgrestest"
)

// What one instance has created, the next one has.
func TestDataOutlivesTheProcess(t *testing.T) {
	address := postgrestest.New(t)
	if err := postgres.Migrate(t.Context(), address, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	c := config.Config{DatabaseURL: config.Secret(address)}
	first := start(t, c, defaults)
	created, err := entryv1connect.NewEntryServiceClient(http.DefaultClient, first.url).
		CreateEntry(t.Context(), &entryv1.CreateEntryRequest{Description: "the first", Debit: "receivables", Credit: "sales", Amount: 1200})
	if err != nil {
		t.Fatalf("creating: %v\n%s", err, first.log)
	}
	first.stop()
	first.wait(t)

	second := start(t, c, defaults)
	got, err := entryv1connect.NewEntryServiceClient(http.DefaultClient, second.url).
		GetEntry(t.Context(), &entryv1.GetEntryRequest{Id: created.GetId()})
	if err != nil || !proto.Equal(got, created) {
		t.Errorf("the next process answers %v, %v; want %v", got, err, created)
	}
	second.stop()
	second.wait(t)
}

package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/acme/shop/services/payments/internal/app"
	"github.com/acme/shop/services/payments/internal/config"
	"github.com/acme/shop/services/payments/internal/postgres"
	"github.com/acme/shop/services/payments/internal/telemetry"
)

// migrate brings the database's schema up to what this program needs. A signal
// ends it, and undoes the migration that was being applied.
func migrate(lookup func(string) (string, bool), stdout io.Writer) int {
	c, err := config.Load(lookup)
	log := telemetry.NewLogger(stdout, c.LogLevel, app.Name, built())
	if err != nil {
		log.Error("the settings are wrong", "errors", strings.Split(err.Error(), "\n"))
		return wrong
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := postgres.Migrate(ctx, string(c.DatabaseURL), log); err != nil {
		log.Error("the migration has failed", "error", err)
		return failed
	}
	log.Info("the database is up to date")
	return ok
}

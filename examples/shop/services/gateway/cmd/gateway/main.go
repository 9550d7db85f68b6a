// Command gateway runs the service gateway.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/acme/shop/services/gateway/internal/api"
	"github.com/acme/shop/services/gateway/internal/app"
	"github.com/acme/shop/services/gateway/internal/config"
	"github.com/acme/shop/services/gateway/internal/health"
	"github.com/acme/shop/services/gateway/internal/telemetry"
)

const usage = `usage: gateway [command]

  serve         serve until SIGTERM or SIGINT, then drain (the default)
  healthcheck   ask the service on this machine whether it is ready
  openapi       print the API's description
  version       print the version

Settings come from the environment; README.md lists them.
`

// Exit codes: 0 all went well, 1 something failed, 2 wrong use or wrong settings.
const (
	ok = iota
	failed
	wrong
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version string

func main() {
	os.Exit(run(os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

func run(args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) int {
	command := "serve"
	if len(args) > 0 {
		command = args[0]
	}
	switch {
	case len(args) > 1:
		fmt.Fprint(stderr, usage)
		return wrong
	case command == "serve":
		return serve(lookup, stdout)
	case command == "healthcheck":
		return healthcheck(lookup, stderr)
	case command == "openapi":
		return openapi(stdout, stderr)
	case command == "version":
		fmt.Fprintln(stdout, built())
	case command == "help", command == "-h", command == "--help":
		fmt.Fprint(stdout, usage)
	default:
		fmt.Fprintf(stderr, "gateway: there is no command %q\n%s", command, usage)
		return wrong
	}
	return ok
}

func serve(lookup func(string) (string, bool), stdout io.Writer) int {
	c, err := config.Load(lookup)
	log := telemetry.NewLogger(stdout, c.LogLevel, app.Name, built())
	if err != nil {
		log.Error("the settings are wrong", "errors", strings.Split(err.Error(), "\n"))
		return wrong
	}
	slog.SetDefault(log)

	ctx, end := context.WithCancel(context.Background())
	defer end()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-signals
		signal.Stop(signals) // a second one ends the process at once
		end()
	}()

	a, err := app.New(ctx, c, log, built())
	if err == nil {
		err = a.Run(ctx)
	}
	if err != nil {
		log.Error("the service has failed", "error", err)
		return failed
	}
	return ok
}

// healthcheck exits 1 whatever is wrong: Docker reserves 2.
func healthcheck(lookup func(string) (string, bool), stderr io.Writer) int {
	c, err := config.Load(lookup)
	if err == nil {
		err = health.Ask(context.Background(), c.HTTPAddr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "not ready:", err)
		return failed
	}
	return ok
}

func openapi(stdout, stderr io.Writer) int {
	description, err := api.New(api.Options{}).OpenAPI()
	if err == nil {
		_, err = stdout.Write(description)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return failed
	}
	return ok
}

// built is the version that was linked in, or the commit that Go has noted.
func built() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "dev"
}

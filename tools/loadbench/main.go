// Command loadbench measures what rendered services cost: it renders them with
// svcgen into a folder of its own, builds them, runs each as a process on one
// core while it makes load from another, and prints tables of the processor's
// time that each request took, beside servers that do the same work.
//
// It needs Linux, for /proc and taskset. It judges nothing: docs/benchmarks.md
// does.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// options are what the command line says.
type options struct {
	svcgen   string // program; built from the repository when empty
	only     []string
	rounds   int
	requests int    // of one subject in one round
	dir      string // where everything is rendered and built; a temporary one when empty
	keep     bool
	server   int // core of the servers
	client   int // core of everything else
	connects int
}

var groups = []string{"http", "rpc"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:])
	if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	if err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	var only string
	f := flag.NewFlagSet("loadbench", flag.ExitOnError)
	f.StringVar(&only, "only", strings.Join(groups, ","), "`groups` to measure")
	f.IntVar(&o.rounds, "rounds", 7, "rounds; in each, every subject has its turn")
	f.IntVar(&o.requests, "requests", 20000, "requests to a subject in one round")
	f.IntVar(&o.connects, "connections", 16, "requests that are in flight at once")
	f.StringVar(&o.svcgen, "svcgen", "", "`program` to render with (default: built from the repository around this folder)")
	f.StringVar(&o.dir, "dir", "", "`folder` to work in (default: a temporary one)")
	f.BoolVar(&o.keep, "keep", false, "keep the folder")
	f.IntVar(&o.server, "server-core", 0, "`core` of the servers")
	f.IntVar(&o.client, "client-core", 1, "`core` of the load and of all else")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.only = strings.Split(only, ",")
	for _, name := range o.only {
		if !slices.Contains(groups, name) {
			return o, fmt.Errorf("-only: there is no group %q; there are %s", name, strings.Join(groups, ", "))
		}
	}
	if f.NArg() > 0 || o.rounds < 1 || o.requests < 1 || o.connects < 1 {
		return o, fmt.Errorf("wrong use: numbers are 1 or more, and there are no arguments but flags")
	}
	return o, nil
}

func run(ctx context.Context, o options, out io.Writer) error {
	b, err := prepare(ctx, &o)
	if err != nil {
		return err
	}
	defer b.close()
	for _, name := range groups {
		if !slices.Contains(o.only, name) {
			continue
		}
		measure := map[string]func(context.Context, *bench) ([]table, error){
			"http": measureHTTP, "rpc": measureRPC,
		}[name]
		tables, err := measure(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, t := range tables {
			t.print(out)
		}
	}
	return nil
}

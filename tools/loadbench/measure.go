package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// subject is what is measured.
type subject struct {
	name    string
	program string
	env     []string
	// prepare gets the process ready for load, and returns what makes the load:
	// n requests.
	prepare func(ctx context.Context, p *process) (func(ctx context.Context, n int) (time.Duration, error), error)
	traced  bool // sends spans to the sink

	process *process
	load    func(ctx context.Context, n int) (time.Duration, error)

	cost    []float64 // µs of the processor's time a request, one a round
	rate    []float64 // requests a second, by the clock
	rest    float64   // MiB in memory, before any load
	loaded  float64   // MiB at its most after a round
	spans   int64
	request int64
}

// rounds runs all subjects, and has each of them take its turn in every round.
// The first subject is what the others are compared with.
func (b *bench) measure(ctx context.Context, subjects []*subject, requests int) error {
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return err
	}
	if err := pin(b.client); err != nil {
		return err
	}
	defer unpin(all)
	defer func() {
		for _, s := range subjects {
			s.process.stop()
		}
	}()
	for _, s := range subjects {
		if err := s.begin(ctx, b, requests); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	for round := range b.rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, b.rounds)
		for _, s := range subjects {
			if err := s.round(ctx, b, requests); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return nil
}

func (s *subject) begin(ctx context.Context, b *bench, requests int) (err error) {
	if s.traced {
		s.env = append(s.env, b.sink.env()...)
	}
	if s.process, err = start(b.server, s.env, s.program); err != nil {
		return err
	}
	if s.load, err = s.prepare(ctx, s.process); err != nil {
		return err
	}
	if s.rest, err = s.process.memory(); err != nil {
		return err
	}
	_, err = s.load(ctx, max(requests/10, 1)) // caches, connections, pools
	return err
}

func (s *subject) round(ctx context.Context, b *bench, requests int) error {
	spans := b.sink.spans.Load()
	before, err := s.process.cpu()
	if err != nil {
		return err
	}
	took, err := s.load(ctx, requests)
	if err != nil {
		return err
	}
	if s.traced { // what waits is sent within a second: it is a part of the cost
		time.Sleep(1200 * time.Millisecond)
	}
	after, err := s.process.cpu()
	if err != nil {
		return err
	}
	s.spans += b.sink.spans.Load() - spans
	s.request += int64(requests)
	s.cost = append(s.cost, (after-before).Seconds()*1e6/float64(requests))
	s.rate = append(s.rate, float64(requests)/took.Seconds())
	now, err := s.process.memory()
	s.loaded = max(s.loaded, now)
	return err
}

// table is what is printed.
type table struct {
	title string
	head  []string
	rows  [][]string
	notes []string
}

func (t table) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n\n| %s |\n|%s\n", t.title, strings.Join(t.head, " | "), strings.Repeat("---|", len(t.head)))
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(r, " | "))
	}
	for _, n := range t.notes {
		fmt.Fprintf(w, "\n%s\n", n)
	}
}

// costs is the table of what requests cost.
func costs(title, unit string, subjects []*subject) table {
	t := table{title: title, head: []string{"server", "µs/" + unit + " min", "median", "max", "against the first", unit + "s/s by the clock", "spans sent", "MiB at rest", "loaded"}}
	for _, s := range subjects {
		ratios := make([]float64, len(s.cost))
		for i := range s.cost {
			ratios[i] = s.cost[i] / subjects[0].cost[i] // of the same round
		}
		spans := ""
		if s.traced {
			spans = fmt.Sprintf("%.2f/%s", float64(s.spans)/float64(s.request), unit)
		}
		t.rows = append(t.rows, []string{s.name,
			fmt.Sprintf("%.1f", slices.Min(s.cost)), fmt.Sprintf("%.1f", median(s.cost)), fmt.Sprintf("%.1f", slices.Max(s.cost)),
			fmt.Sprintf("%.2f", median(ratios)), fmt.Sprintf("%.0f", median(s.rate)), spans, fmt.Sprintf("%.0f", s.rest), fmt.Sprintf("%.0f", s.loaded)})
	}
	return t
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

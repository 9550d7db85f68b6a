package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A billion requests a day.
const billion = 1e9 / (24 * 60 * 60)

// measureHTTP asks servers for one item, which lies in memory.
func measureHTTP(ctx context.Context, b *bench) ([]table, error) {
	service, err := b.render(ctx, "items", "--template", "http", "--set", "resource=item")
	if err != nil {
		return nil, err
	}
	rendered, err := b.build(ctx, service, "./cmd/items", "http")
	if err != nil {
		return nil, err
	}
	off := []string{"OTEL_SDK_DISABLED=true"}
	subjects := []*subject{
		{name: "net/http, bare"},
		{name: "rendered http, all on", program: rendered, traced: true},
		{name: "rendered http, traces off", program: rendered, env: off},
		{name: "rendered http, traces and log off", program: rendered, env: append(off, "LOG_LEVEL=error")},
		{name: "net/http + otelhttp + promhttp + slog", traced: true},
		{name: "chi + otelchi + promhttp + slog", traced: true},
		{name: "gin + otelgin + promhttp + slog", traced: true},
		{name: "kratos + its tracing, logging + promhttp", traced: true},
	}
	for i, name := range map[int]string{0: "bare", 4: "nethttp", 5: "chi", 6: "gin", 7: "kratos"} {
		if subjects[i].program, err = b.build(ctx, ".", "./subjects/"+name, name); err != nil {
			return nil, err
		}
	}
	for _, s := range subjects {
		s.prepare = b.items
	}
	if err := b.measure(ctx, subjects, b.requests); err != nil {
		return nil, err
	}
	t := costs("### http: GET of one item from memory", "request", subjects)
	t.notes = []string{fmt.Sprintf("A billion requests a day, %.0f a second, take %.0f %% of one core of the rendered service with all on.",
		billion, 100*billion*median(subjects[1].cost)/1e6)}
	return []table{t}, nil
}

// items makes an item in a server and returns what asks for it.
func (b *bench) items(ctx context.Context, p *process) (func(context.Context, int) (time.Duration, error), error) {
	if err := p.ready(ctx, p.addr); err != nil {
		return nil, err
	}
	var made struct{ ID string }
	if err := post(ctx, "http://"+p.addr+"/v1/items", `{"description":"an item"}`, &made); err != nil {
		return nil, err
	}
	request := "GET /v1/items/" + made.ID + " HTTP/1.1\r\nHost: " + p.addr + "\r\nUser-Agent: loadbench\r\nAccept: application/json\r\n\r\n"
	return func(ctx context.Context, n int) (time.Duration, error) {
		return flood(ctx, p.addr, request, b.connects, n)
	}, nil
}

// post sends JSON and reads the answer into v.
func post(ctx context.Context, url, body string, v any) error {
	r, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer w.Body.Close()
	if w.StatusCode >= 300 {
		return fmt.Errorf("%s answers %s", url, w.Status)
	}
	return json.NewDecoder(w.Body).Decode(v)
}

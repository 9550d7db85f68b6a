// Command kratos serves items with kratos' HTTP transport and its own
// middlewares: recovery, tracing, metrics by a histogram, logging.
package main

import (
	"context"
	"os"
	"time"

	"github.com/go-kratos/kratos/v2"
	"github.com/go-kratos/kratos/v2/errors"
	"github.com/go-kratos/kratos/v2/log"
	"github.com/go-kratos/kratos/v2/middleware"
	"github.com/go-kratos/kratos/v2/middleware/logging"
	"github.com/go-kratos/kratos/v2/middleware/recovery"
	"github.com/go-kratos/kratos/v2/middleware/tracing"
	"github.com/go-kratos/kratos/v2/transport"
	"github.com/go-kratos/kratos/v2/transport/http"

	"github.com/svcgen/svcgen/tools/loadbench/subjects/shared"
)

type get struct {
	ID string `json:"id"`
}

type create struct {
	Description string `json:"description"`
}

func main() {
	shared.Traces()
	durations, store := shared.Durations(), &shared.Store{}
	logger := log.With(log.NewStdLogger(os.Stdout), "ts", log.DefaultTimestamp, "trace_id", tracing.TraceID(), "span_id", tracing.SpanID())
	measure := func(next middleware.Handler) middleware.Handler {
		return func(ctx context.Context, in any) (any, error) {
			start := time.Now()
			out, err := next(ctx, in)
			if t, ok := transport.FromServerContext(ctx); ok {
				status := "200"
				if err != nil {
					status = errors.Reason(err)
				}
				durations.WithLabelValues("http", t.Operation(), status).Observe(time.Since(start).Seconds())
			}
			return out, err
		}
	}
	s := http.NewServer(http.Address(os.Getenv("HTTP_ADDR")), http.Middleware(recovery.Recovery(), tracing.Server(), measure, logging.Server(logger)))
	r := s.Route("/")
	r.GET("/v1/items/{id}", func(c http.Context) error {
		var in get
		if err := c.BindVars(&in); err != nil {
			return err
		}
		http.SetOperation(c, "/items.v1.Items/Get")
		out, err := c.Middleware(func(_ context.Context, v any) (any, error) {
			i, ok := store.Get(v.(*get).ID)
			if !ok {
				return nil, errors.NotFound("NOT_FOUND", "there is no such item")
			}
			return i, nil
		})(c, &in)
		if err != nil {
			return err
		}
		return c.Result(200, out)
	})
	r.POST("/v1/items", func(c http.Context) error {
		var in create
		if err := c.Bind(&in); err != nil {
			return err
		}
		http.SetOperation(c, "/items.v1.Items/Create")
		out, err := c.Middleware(func(_ context.Context, v any) (any, error) {
			i, err := store.Create(v.(*create).Description)
			if err != nil {
				return nil, errors.BadRequest("INVALID", err.Error())
			}
			return i, nil
		})(c, &in)
		if err != nil {
			return err
		}
		return c.Result(201, out)
	})
	if err := kratos.New(kratos.Name("kratos"), kratos.Server(s), kratos.Logger(log.NewFilter(logger, log.FilterLevel(log.LevelInfo)))).Run(); err != nil {
		shared.Fail(err)
	}
}

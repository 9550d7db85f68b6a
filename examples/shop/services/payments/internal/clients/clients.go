// Package clients is what the clients of other services have in common: time
// limits, one retry, a bulkhead, spans that name the peer, and metrics.
//
// Each of the other services has a package below this one, with a method for
// each operation that is called. Nothing here knows any of them. There is no
// circuit breaker: the bulkhead bounds what a slow peer can take, and the time
// limits bound how long.
package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxBody bounds what is read of an answer, in bytes.
const maxBody = 4 << 20

// Options say how a peer is reached. Package config reads them.
type Options struct {
	URL           string        // http://host:port, with or without a path
	DialTimeout   time.Duration // to open a connection
	HeaderTimeout time.Duration // from the request's end to the answer's headers
	Timeout       time.Duration // for the whole call, a retry and the answer's body included
	MaxInFlight   int           // calls at a time; one more fails with ErrBusy
}

// Client calls one peer, in JSON.
type Client struct {
	*Transport
	base    string
	timeout time.Duration
	http    http.Client
}

// New returns the client of the service called peer. It opens no connection.
func New(peer string, o Options) *Client {
	c := &Client{Transport: NewTransport(peer, o), base: strings.TrimSuffix(o.URL, "/"), timeout: o.Timeout}
	c.http = http.Client{
		Transport: c.Transport,
		// A redirect would lead the call to somebody that nobody has named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Call is one call of an operation.
type Call struct {
	Method string
	Route  string // the operation's path as its description has it: for spans, metrics and errors
	Path   string // with its parameters filled in; "": as Route
	Query  url.Values
	Header http.Header
	In     any // the body; nil: none
	Out    any // a pointer to what the answer's body holds; nil: it is not read

	Idempotent bool // whether it may arrive twice though its method does not say so
}

// Do carries out a call. An answer that is no 2xx comes back as *StatusError; no
// answer in time as context.DeadlineExceeded, or as a net.Error whose Timeout is
// true; too many calls at a time as ErrBusy. Errors name the peer and the route,
// never the query or a body.
func (c *Client) Do(ctx context.Context, call Call) error {
	if err := c.do(ctx, call); err != nil {
		var status *StatusError
		if errors.As(err, &status) {
			return err
		}
		var u *url.Error
		if errors.As(err, &u) { // it has the whole URL
			err = u.Err
		}
		return fmt.Errorf("%s: %s %s: %w", c.Peer(), call.Method, call.Route, err)
	}
	return nil
}

func (c *Client) do(ctx context.Context, call Call) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := c.request(ctx, call)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return err
	case len(body) > maxBody:
		return fmt.Errorf("the answer has more than %d MiB", maxBody>>20)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return refused(c.Peer(), call, resp, body)
	case call.Out == nil:
		return nil
	}
	if err := json.Unmarshal(body, call.Out); err != nil {
		return fmt.Errorf("the answer is not what was expected: %w", err)
	}
	return nil
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	var body io.Reader
	if call.In != nil {
		data, err := json.Marshal(call.In)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	target := c.base + call.Path
	if call.Path == "" {
		target = c.base + call.Route
	}
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, target, body)
	if err != nil {
		return nil, err
	}
	req.Pattern = call.Route
	for name, values := range call.Header {
		req.Header[name] = values
	}
	if _, given := req.Header["Idempotency-Key"]; call.Idempotent && !given {
		req.Header["Idempotency-Key"] = nil // says so to net/http, and here, and is not sent
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// Ready asks the peer whether it is ready. A probe is no call: it is neither
// traced nor counted, and it is not tried again.
func (c *Client) Ready(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := c.Transport.base.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody)) // so that the connection can be used again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers its readiness probe with %s", c.Peer(), resp.Status)
	}
	return nil
}

package clients

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Transport sends requests to one peer. It is safe for many goroutines, and is a
// prometheus.Collector of its metrics. A request's Pattern is its route.
type Transport struct {
	base  http.RoundTripper
	slots chan struct{}
	*metrics
}

// NewTransport returns a transport to the service called peer.
func NewTransport(peer string, o Options) *Transport {
	dialer := &net.Dialer{Timeout: o.DialTimeout, KeepAlive: 30 * time.Second}
	return &Transport{
		slots:   make(chan struct{}, o.MaxInFlight),
		metrics: newMetrics(peer),
		base: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    o.DialTimeout,
			ResponseHeaderTimeout:  o.HeaderTimeout,
			MaxIdleConnsPerHost:    o.MaxInFlight,
			IdleConnTimeout:        60 * time.Second, // less than the peer's, which would close it under a request
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
	}
}

// RoundTrip sends a request, at most twice: an idempotent one is sent again where
// there was no answer, or one that says to come again (429, 502, 503, 504), if
// the context's deadline leaves the time. The request counts as in flight until
// the answer's body is closed.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case t.slots <- struct{}{}:
	default:
		t.rejected.Inc()
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, ErrBusy
	}
	t.active.Inc()
	done := sync.OnceFunc(func() { t.active.Dec(); <-t.slots })

	resp, err := t.attempt(req, 0)
	if wait, again := retry(req, resp, err); again && pause(req.Context(), wait) {
		if resp != nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
			resp.Body.Close()
		}
		next := req.Clone(req.Context())
		if req.GetBody != nil {
			if next.Body, err = req.GetBody(); err != nil {
				done()
				return nil, err
			}
		}
		t.retries.Inc()
		resp, err = t.attempt(next, 1)
	}
	if err != nil {
		done()
		return nil, err
	}
	resp.Body = &body{ReadCloser: resp.Body, done: done}
	return resp, nil
}

// retry tells whether a request is to be sent again, and after how long: a time
// drawn by lot, so that many clients do not come at once, or what the peer asks
// for.
func retry(req *http.Request, resp *http.Response, err error) (wait time.Duration, again bool) {
	if !idempotent(req) || req.Context().Err() != nil {
		return 0, false
	}
	wait = 50*time.Millisecond + rand.N(100*time.Millisecond)
	if err == nil {
		switch resp.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		default:
			return 0, false
		}
		wait = max(wait, retryAfter(resp, time.Now()))
	}
	if end, limited := req.Context().Deadline(); limited && time.Until(end) <= wait {
		return 0, false // the answer that there is says more than a timeout
	}
	return wait, true
}

// idempotent reports whether a request may arrive twice (RFC 9110, section
// 9.2.2), and can be sent twice.
func idempotent(req *http.Request) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	_, marked := req.Header["Idempotency-Key"]
	return marked
}

// retryAfter is how long the peer asks to wait (RFC 9110, section 10.2.3); zero
// where it does not say.
func retryAfter(resp *http.Response, now time.Time) time.Duration {
	value := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 && seconds < 1e6 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// pause waits, and reports false where ctx ends before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// body is an answer's body that tells when it is closed.
type body struct {
	io.ReadCloser
	done func()
}

func (b *body) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}

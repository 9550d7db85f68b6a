package clients

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// Forward returns a handler that passes requests on to the peer, at the same path,
// and answers with what comes back. The time limits, the retry and the bulkhead
// are those of calls. A request's body is read before the peer is asked, so that a
// slow client takes none of the peer's time and the request can be sent again: its
// reader must be limited. A request's Pattern is its route.
//
// X-Forwarded-For and X-Forwarded-Proto are taken over: whoever calls this has
// taken them out where a client has made them up.
//
// fail writes the answer where the peer gives none; its error is that of reading
// the request's body, ErrBusy, or one as Do returns it. change may change the
// answer's headers.
func (c *Client) Forward(change func(http.Header), fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
	base, err := url.Parse(c.base)
	if err != nil {
		base = &url.URL{} // package config refuses it; whatever is sent there fails
	}
	proxy := &httputil.ReverseProxy{
		Transport: c.Transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(base)
			p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
			p.SetXForwarded()
			if proto := p.In.Header.Get("X-Forwarded-Proto"); proto != "" {
				p.Out.Header.Set("X-Forwarded-Proto", proto)
			}
			p.Out.Header.Del("Upgrade") // no protocol but this one
		},
		ModifyResponse: func(r *http.Response) error { change(r.Header); return nil },
		ErrorHandler:   fail,
		ErrorLog:       log.New(io.Discard, "", 0), // an answer that breaks off is in the span and in the metrics
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			fail(w, r, err)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), c.timeout)
		defer cancel()
		r = r.WithContext(ctx)
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		r.Body, _ = r.GetBody()
		r.ContentLength = int64(len(body))
		proxy.ServeHTTP(w, r)
	})
}

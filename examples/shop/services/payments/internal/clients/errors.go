package clients

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// ErrBusy is the error of a call that was not made, since as many as there may be
// at a time are on their way already.
var ErrBusy = errors.New("too many calls at a time")

// StatusError is an answer that is no success.
type StatusError struct {
	Peer, Method, Route string

	Status  int
	Code    string // of an answer in the manner of Connect, such as not_found
	Detail  string // what the peer says of it, if anything; for logs
	TraceID string // the trace under which the peer has logged it
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s: %s %s: %d %s", e.Peer, e.Method, e.Route, e.Status, http.StatusText(e.Status))
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// HasStatus reports whether err comes from an answer with one of the status
// codes.
func HasStatus(err error, codes ...int) bool {
	var e *StatusError
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.Status == c {
			return true
		}
	}
	return false
}

// refused makes the error of an answer; its body is a problem (RFC 9457), or an
// error in the manner of Connect.
func refused(peer string, call Call, resp *http.Response, body []byte) error {
	e := &StatusError{Peer: peer, Method: call.Method, Route: call.Route, Status: resp.StatusCode}
	var said struct {
		Title   string `json:"title"`
		Detail  string `json:"detail"`
		TraceID string `json:"trace_id"`
		Code    any    `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &said) != nil {
		return e // a proxy's page, say
	}
	e.TraceID = said.TraceID
	e.Code, _ = said.Code.(string)
	switch {
	case said.Detail != "":
		e.Detail = said.Detail
	case said.Message != "":
		e.Detail = said.Message
	}
	const longest = 500
	if len(e.Detail) > longest {
		e.Detail = e.Detail[:longest] + "..."
	}
	return e
}

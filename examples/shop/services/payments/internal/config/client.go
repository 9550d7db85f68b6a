package config

import (
	"net/url"
	"strconv"
	"time"
)

// Client is how another service is reached.
type Client struct {
	URL           string
	DialTimeout   time.Duration // to open a connection
	HeaderTimeout time.Duration // from the request's end to the answer's headers
	Timeout       time.Duration // for the whole call, a retry and the answer's body included
	MaxInFlight   int           // calls at a time
}

// client reads name_URL, name_DIAL_TIMEOUT, name_HEADER_TIMEOUT, name_TIMEOUT and
// name_MAX_IN_FLIGHT.
func (e *env) client(name, fallback string) Client {
	return Client{
		URL:           e.baseURL(name+"_URL", fallback),
		DialTimeout:   e.limit(name+"_DIAL_TIMEOUT", time.Second),
		HeaderTimeout: e.limit(name+"_HEADER_TIMEOUT", 3*time.Second),
		Timeout:       e.limit(name+"_TIMEOUT", 5*time.Second),
		MaxInFlight:   e.inFlight(name+"_MAX_IN_FLIGHT", 64),
	}
}

// baseURL is the address that the paths of calls are put behind. What is wrong
// with it is said without it: it may hold a password.
func (e *env) baseURL(name, fallback string) string {
	s := e.text(name, fallback)
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		e.fail(name, "is not an address such as %s", fallback)
	}
	return s
}

// limit is a time that is longer than none.
func (e *env) limit(name string, fallback time.Duration) time.Duration {
	s := e.text(name, fallback.String())
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		e.fail(name, "%q is not a duration above zero, such as %s or 500ms", s, fallback)
	}
	return d
}

func (e *env) inFlight(name string, fallback int) int {
	s := e.text(name, strconv.Itoa(fallback))
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 10000 {
		e.fail(name, "%q is not a number from 1 to 10000", s)
	}
	return n
}

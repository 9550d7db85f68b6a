package app

import "time"

// limits keep slow and greedy clients of the probes from taking what belongs to
// the events, and end what takes too long. deploy/ gives the process more time to
// end than shutdown and flush take together.
type limits struct {
	header      time.Duration // from the connection to the end of the headers
	read        time.Duration // to the end of the body
	write       time.Duration // to the end of the answer
	idle        time.Duration // between two requests
	headerBytes int           // net/http adds 4 KiB

	shutdown time.Duration // for events in hand
	flush    time.Duration // for traces that are not sent yet
}

var defaults = limits{
	header:      5 * time.Second,
	read:        5 * time.Second,
	write:       10 * time.Second,
	idle:        90 * time.Second,
	headerBytes: 32 << 10,

	shutdown: 35 * time.Second, // more than one event may take: events.Usual
	flush:    2 * time.Second,
}

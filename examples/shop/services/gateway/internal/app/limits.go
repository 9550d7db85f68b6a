package app

import "time"

// limits keep slow and greedy clients from taking what belongs to the others.
// deploy/ gives the process more time to end than DRAIN_DELAY, shutdown and flush
// take together. The size of a body is limited where it is read: 1 MiB, or an
// operation's MaxBodyBytes.
type limits struct {
	header      time.Duration // from the connection to the end of the headers
	body        time.Duration // to the end of the body
	write       time.Duration // to the end of the answer
	idle        time.Duration // between two requests
	headerBytes int           // net/http adds 4 KiB

	shutdown time.Duration // for requests in flight
	flush    time.Duration // for traces that are not sent yet
}

var defaults = limits{
	header:      5 * time.Second,
	body:        15 * time.Second,
	write:       30 * time.Second,
	idle:        90 * time.Second,
	headerBytes: 32 << 10,

	shutdown: 20 * time.Second,
	flush:    2 * time.Second,
}

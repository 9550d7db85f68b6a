package app

import "time"

// limits keep slow and greedy clients from taking what belongs to the others.
// deploy/ gives the process more time to end than DRAIN_DELAY, shutdown and flush
// take together. Streams have no limit of time: they end with their clients.
type limits struct {
	header      time.Duration // from the connection to the end of the headers
	body        time.Duration // to the end of the body
	write       time.Duration // to the end of the answer
	idle        time.Duration // between two requests
	ping        time.Duration // between two questions whether an HTTP/2 client is still there
	call        time.Duration // of one call; a client may ask for less
	headerBytes int           // net/http adds 4 KiB
	message     int           // bytes of one message, decompressed

	shutdown time.Duration // for requests in flight
	flush    time.Duration // for traces that are not sent yet
}

var defaults = limits{
	header:      5 * time.Second,
	body:        15 * time.Second,
	write:       30 * time.Second,
	idle:        90 * time.Second,
	ping:        30 * time.Second,
	call:        15 * time.Second,
	headerBytes: 32 << 10,
	message:     1 << 20,

	shutdown: 20 * time.Second,
	flush:    2 * time.Second,
}

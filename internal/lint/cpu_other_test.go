//go:build !unix

package lint

import "time"

var began = time.Now()

// worked is the time that has passed: the best that is to be had here.
func worked() time.Duration { return time.Since(began) }

package lint

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkHTTP lints the largest built-in template: its own files and every
// rendering.
func BenchmarkHTTP(b *testing.B) {
	in := builtin(b, "http")
	for b.Loop() {
		if _, err := Run(context.Background(), []Input{in}); err != nil {
			b.Fatal(err)
		}
	}
}

// Benchmark200 lints two hundred copies of it.
func Benchmark200(b *testing.B) {
	var all []Input
	for i := range 200 {
		in := builtin(b, "http")
		in.Label, in.Folder = fmt.Sprintf("templates/%d", i), "http"
		all = append(all, in)
	}
	for b.Loop() {
		if _, err := Run(context.Background(), all); err != nil {
			b.Fatal(err)
		}
	}
}

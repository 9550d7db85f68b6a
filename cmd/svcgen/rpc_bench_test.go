package main_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkRPC compares the rendered rpc service with servers that do nothing but
// answer: of grpc-go, and of Connect. What it measures is printed; the processor's
// time of the server's process for each call is what counts.
func BenchmarkRPC(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "shop")
	run(b, b.TempDir(), "new", "ledger", "--init", "--template", "rpc", "--set", "resource=entry", "--module", "example.com/shop", "-C", dir)
	service := filepath.Join(dir, "services", "ledger")
	text, err := os.ReadFile(filepath.Join("testdata", "bench", "rpc.go.txt"))
	if err != nil {
		b.Fatal(err)
	}
	test := strings.ReplaceAll(string(text), "MODULE", "example.com/shop/services/ledger")
	if err := os.WriteFile(filepath.Join(service, "internal", "app", "bench_test.go"), []byte(test), 0o666); err != nil {
		b.Fatal(err)
	}
	calls := 1
	for b.Loop() {
		calls = max(calls, b.N)
	}
	if v := os.Getenv("RPC_CALLS"); v != "" {
		if calls, err = strconv.Atoi(v); err != nil {
			b.Fatal(err)
		}
	}
	out := tool(b, service, nil, "go", "test", "-run", "^$", "-bench", "Server", "-benchtime", strconv.Itoa(calls)+"x", "./internal/app")
	if strings.Count(out, "server-µs/call") != 4 {
		b.Fatalf("it measures no four servers:\n%s", out)
	}
	b.Log("\n" + out)
}

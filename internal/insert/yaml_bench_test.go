package insert

import (
	"fmt"
	"strings"
	"testing"
)

// composeFile is a compose file of n services, 20 lines each.
func composeFile(n int) []byte {
	var b strings.Builder
	b.WriteString("# The workspace's services.\nx-env: &env\n  LOG_LEVEL: info\n\nservices:\n")
	for i := range n {
		fmt.Fprintf(&b, `  # Service %d.
  svc-%04d:
    image: registry.example.com/shop/svc-%04[1]d:latest
    build:
      context: .
      dockerfile: services/svc-%04[1]d/Dockerfile
    environment:
      <<: *env
      PORT: "8080"
      DATABASE_URL: postgres://postgres:postgres@db:5432/svc?sslmode=disable
    ports:
      - "%d:8080"
    depends_on:
      db:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "/app", "health"]
      interval: 5s
      retries: 10
`, i, i, 10000+i)
	}
	b.WriteString("\nnetworks:\n  default: {}\n\nvolumes:\n")
	for i := range n {
		fmt.Fprintf(&b, "  svc-%04d-data:\n", i)
	}
	return []byte(b.String())
}

// manifestFile is a manifest of n services, one line each.
func manifestFile(n int) []byte {
	var b strings.Builder
	b.WriteString("version: 1\nmodule: example.com/shop\nservices: # in name order\n")
	for i := range n {
		fmt.Fprintf(&b, "  svc-%04d: {path: services/svc-%04[1]d, port: %d, admin: %d, owner: team-a, needs: [svc-0001, svc-0002]}\n", i, 10000+i, 20000+i)
	}
	b.WriteString("wiring:\n  - {slot: go.work}\n  - {slot: compose, file: compose.yaml, at: [services]}\n")
	return []byte(b.String())
}

func serviceNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("svc-%04d", i)
	}
	return names
}

func benchmarkYAMLInsert(b *testing.B, data []byte, a Address, text string) {
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := yamlInsert("f.yaml", data, a, []byte(text)); err != nil {
			b.Fatal(err)
		}
	}
}

const (
	composeEntry  = "image: x\nbuild:\n  context: .\nenvironment:\n  PORT: \"8080\"\nports:\n  - \"9000:8080\"\ndepends_on:\n  db:\n    condition: service_healthy\n"
	manifestEntry = "{path: services/payments, port: 8081, admin: 9081, owner: team-payments, needs: [ledger]}"
)

func BenchmarkInsertYAML(b *testing.B) {
	for _, n := range []int{3, 1000} {
		a := Address{Path: []string{"services"}, Key: "svc-0500-new", Peers: serviceNames(n)}
		b.Run(fmt.Sprintf("compose-%d", n), func(b *testing.B) { benchmarkYAMLInsert(b, composeFile(n), a, composeEntry) })
		b.Run(fmt.Sprintf("manifest-%d", n), func(b *testing.B) { benchmarkYAMLInsert(b, manifestFile(n), a, manifestEntry) })
	}
}

func BenchmarkRemoveYAML(b *testing.B) {
	data := composeFile(1000)
	a := Address{Path: []string{"services"}, Key: "svc-0500"}
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := yamlRemove("f.yaml", data, a); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScanYAML(b *testing.B) {
	data := composeFile(1000)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, bad := parseYAML(data); bad != nil {
			b.Fatal(bad)
		}
	}
}

package workspace

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkParseManifest(b *testing.B) {
	var s strings.Builder
	s.WriteString("version: 1\nmodule: example.com/shop\nservices:\n")
	for i := range 1000 {
		fmt.Fprintf(&s, "  bulk-%04d: {path: services/bulk-%04d, port: %d, admin: %d}\n", i, i, 20000+2*i, 20001+2*i)
	}
	b.SetBytes(int64(s.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseManifest([]byte(s.String())); err != nil {
			b.Fatal(err)
		}
	}
}

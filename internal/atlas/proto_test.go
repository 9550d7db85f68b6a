package atlas

import (
	"slices"
	"testing"
)

func TestProtoMethods(t *testing.T) {
	got := protoMethods(`syntax = "proto3";
package entry.v1; // rpc Comment(A) returns (B);
/* service Hidden { rpc Hidden(A) returns (B); } */
option go_package = "x; service Text { rpc Text(A) returns (B); }";
// EntryService keeps entries.
service EntryService {
  // ListEntries returns a page,
  // in order.
  rpc ListEntries(ListEntriesRequest) returns (stream Entry) {
    option idempotency_level = NO_SIDE_EFFECTS;
  }
  rpc
    GetEntry (Get) returns (Entry);
}
message rpc { string service = 1; message service { string rpc = 1; } }
service Second { rpc Ping(A) returns (B) {} }`)
	want := []Endpoint{
		{"RPC", "/entry.v1.EntryService/ListEntries", "ListEntries", "ListEntries returns a page,"},
		{"RPC", "/entry.v1.EntryService/GetEntry", "GetEntry", ""},
		{"RPC", "/entry.v1.Second/Ping", "Ping", ""},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	for _, half := range []string{"", "service", "service A {", "service A { rpc", "service A { rpc B", "}}}} rpc B(", "package", "/* service A { rpc B(C)"} {
		if got := protoMethods(half); len(got) != 0 {
			t.Errorf("%q has the methods %q", half, got)
		}
	}
}

func FuzzProtoMethods(f *testing.F) {
	f.Add("package a; service A { rpc B(C) returns (D) { option x = { y: 1 }; } }")
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range protoMethods(text) {
			if e.Operation == "" || e.Path == "" {
				t.Errorf("%q has %q", text, e)
			}
		}
	})
}

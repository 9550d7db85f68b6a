package names

import "testing"

// What protoc-gen-go makes of these was asked of it.
func TestProtoGo(t *testing.T) {
	for name, want := range map[string]string{
		"card_payments": "CardPayments", "id": "Id", "s3s": "S3S", "a_1b": "A_1B", "APIKey": "APIKey", "Top10of": "Top10Of",
		"a__b": "A_B", "_x": "XX", "a_": "A_", "a_B": "A_B", "": "",
	} {
		if got := ProtoGo(name); got != want {
			t.Errorf("ProtoGo(%q) = %q, want %q", name, got, want)
		}
	}
}

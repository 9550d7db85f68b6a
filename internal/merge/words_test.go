package merge

import "testing"

func TestWords(t *testing.T) {
	for _, c := range []struct{ name, base, ours, theirs, want string }{
		{"an argument beside the name", "x := payments.New(s)\n", "x := payments.New(s, clock)\n", "x := billing.New(s)\n", "x := billing.New(s, clock)\n"},
		{"a comment above the key", "  payments:\n    image: payments:dev\n", "  # ours\n  payments:\n    image: payments:dev\n", "  billing:\n    image: billing:dev\n", "  # ours\n  billing:\n    image: billing:dev\n"},
		{"a line taken out", "a payments\nb\n", "b\n", "a billing\nb\n", "b\n"},
		{"a name that is no longer there", "image: payments:dev\n", "image: registry/app:1\n", "image: billing:dev\n", "image: registry/app:1\n"},
		{"the name in other words", "image: payments:dev\n", "image: old payments here\nx", "image: billing:dev\n", "image: old billing here\nx"},
		{"a person's own use of the name", "a payments\n", "a payments\nand my payments\n", "a billing\n", "a billing\nand my payments\n"},
		{"a sentence in a person's words", "say(\"Pay back\", payBack)\n", "say(\"Give the money back\", payBack)\n", "say(\"Refund shop\", refundShop)\n", "say(\"Give the money back\", refundShop)\n"},
		{"one of two names side by side", "var payments payments.T\n", "var p payments.T\n", "var billing billing.T\n", "var p billing.T\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok, err := Git{}.Words(t.Context(), []byte(c.base), []byte(c.ours), []byte(c.theirs))
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			if string(got) != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

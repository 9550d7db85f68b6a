package insert

import (
	"bytes"
	"testing"
)

func TestRewrite(t *testing.T) {
	at := func(key string, path ...string) Address {
		return Address{Path: path, Key: key, Peers: []string{"alpha", "payments", "billing", "zeta"}}
	}
	// ours wins where the first lines are the same, and both texts are joined.
	joined := func(base, ours, theirs []byte) []byte {
		return bytes.Replace(ours, []byte("image: old"), []byte("image: new"), 1)
	}
	for _, c := range []struct {
		name, file, data string
		r                Rewriting
		want             string
		edited           bool
	}{
		{
			name: "untouched", file: "compose.yaml",
			data: "services:\n  alpha:\n    image: a\n  payments:\n    image: old\n  zeta:\n    image: z\n",
			r:    Rewriting{At: at("payments", "services"), Text: []byte("image: old"), To: at("payments", "services"), New: []byte("image: new\nports: [1]")},
			want: "services:\n  alpha:\n    image: a\n  payments:\n    image: new\n    ports: [1]\n  zeta:\n    image: z\n",
		},
		{
			name: "the only entry", file: "compose.yaml",
			data: "services:\n  payments:\n    image: old\nvolumes: {}\n",
			r:    Rewriting{At: at("payments", "services"), Text: []byte("image: old"), To: at("payments", "services"), New: []byte("image: new")},
			want: "services:\n  payments:\n    image: new\nvolumes: {}\n",
		},
		{
			name: "renamed", file: "compose.yaml",
			data: "services:\n  alpha:\n    image: a\n  payments:\n    image: old\n",
			r:    Rewriting{At: at("payments", "services"), Text: []byte("image: old"), To: at("aaa", "services"), New: []byte("image: new")},
			want: "services:\n  aaa:\n    image: new\n  alpha:\n    image: a\n",
		},
		{
			name: "edited", file: "compose.yaml",
			data: "services:\n  # ours\n  payments:\n    image: old # pinned\n    restart: always\n  alpha:\n    image: a\n",
			r:    Rewriting{At: at("payments", "services"), Text: []byte("image: old"), To: at("payments", "services"), New: []byte("image: new"), Merge: joined},
			want: "services:\n  # ours\n  payments:\n    image: new # pinned\n    restart: always\n  alpha:\n    image: a\n", edited: true,
		},
		{
			name: "a flow entry, theirs wins", file: "svcgen.yaml",
			data: "services:\n  payments: {path: services/payments, port: 1} # the first\n",
			r:    Rewriting{At: at("path", "services", "payments"), Text: []byte("services/payments"), To: at("path", "services", "payments"), New: []byte("services/billing")},
			want: "services:\n  payments: {path: services/billing, port: 1} # the first\n",
		},
		{
			name: "an element without a key", file: "service.yaml",
			data: "units:\n  - endpoint: {name: a}\n  - endpoint: {name: b}\n",
			r:    Rewriting{At: Address{Path: []string{"units"}}, Text: []byte("endpoint: {name: a}"), To: Address{Path: []string{"units"}}, New: []byte("endpoint: {name: c}")},
			want: "units:\n  - endpoint: {name: c}\n  - endpoint: {name: b}\n",
		},
		{
			name: "go.work", file: "go.work",
			data: "go 1.26\n\nuse (\n\t./services/alpha\n\t./services/payments // mine\n)\n",
			r: Rewriting{At: Address{Kind: Use, Key: "./services/payments"}, Text: nil, To: Address{Kind: Use, Key: "./services/billing"}, New: nil,
				Merge: func(_, ours, _ []byte) []byte { return bytes.Replace(ours, []byte("payments"), []byte("billing"), 1) }},
			want: "go 1.26\n\nuse (\n\t./services/alpha\n\t./services/billing // mine\n)\n", edited: true,
		},
		{
			name: "a line", file: "Procfile",
			data: "alpha: a\npayments: p\n",
			r:    Rewriting{At: Address{Kind: Lines}, Text: []byte("payments: p"), To: Address{Kind: Lines}, New: []byte("billing: b")},
			want: "alpha: a\nbilling: b\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, edited, err := Rewrite(c.file, []byte(c.data), c.r)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want || edited != c.edited {
				t.Errorf("edited %v, got:\n%s\nwant:\n%s", edited, got, c.want)
			}
		})
	}
}

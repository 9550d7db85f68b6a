package workspace

import (
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/diag"
)

func TestManifest(t *testing.T) {
	m, err := ParseManifest([]byte(`version: 1
module: github.com/acme/shop
services:
  payments: {path: services/payments, port: 8081, admin: 9081, owner: team-payments, needs: [ledger]}
  ledger: {path: ./services/ledger, port: 8082}
templates:
  plain: ./tools/plain
wiring:
  - {slot: compose, file: compose.yaml, at: [services]}
  - file: inventory.json
    at: [apps]
    key: '{{ .Service.Name }}'
    entry: {port: '{{ .Service.Port }}'}
`))
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Service("payments"); s == nil || s.Path != "services/payments" || s.Admin != 9081 || s.Needs[0] != "ledger" || s.Line != 4 {
		t.Errorf("payments: %+v", s)
	}
	if s := m.Service("ledger"); s.Path != "services/ledger" {
		t.Errorf("ledger's path: %q", s.Path)
	}
	if len(m.Wires) != 2 || !m.Wires[0].Fixed || m.Wires[1].Entry == nil || m.Templates["plain"].Dir != "tools/plain" {
		t.Errorf("wires %+v, templates %v", m.Wires, m.Templates)
	}
}

func TestManifestRefuses(t *testing.T) {
	for _, c := range []struct{ name, data, want, hint string }{
		{"empty", "", "svcgen.yaml: the manifest is empty", "svcgen init"},
		{"comments alone", "# nothing\n", "svcgen.yaml: the manifest is empty", ""},
		{"syntax", "version: 1\nservices:\n  a: [\n", "svcgen.yaml:", ""},
		{"tab", "version: 1\nservices:\n\ta: b\n", "svcgen.yaml:3:1: not valid YAML", ""},
		{"no version", "module: x\n", "version is missing", ""},
		{"newer", "version: 2\n", "svcgen.yaml:1:10: version 2 is newer", "upgrade svcgen"},
		{"unknown key", "version: 1\nservics: {}\n", `svcgen.yaml:2:1: unknown key "servics"`, "did you mean services?"},
		{"unknown in a service", "version: 1\nservices:\n  a: {path: a, prot: 1}\n", `svcgen.yaml:3:16: unknown key "prot" in services.a`, "did you mean port?"},
		{"bad name", "version: 1\nservices:\n  A b: {path: a}\n", `svcgen.yaml:3:3: "A b" is not a service's name`, ""},
		{"no path", "version: 1\nservices:\n  a: {port: 80}\n", "svcgen.yaml:3:3: services.a has no path", ""},
		{"leaving", "version: 1\nservices:\n  a: {path: ../x}\n", `svcgen.yaml:3:13: path "../x" is not a folder of the workspace`, ""},
		{"absolute", "version: 1\nservices:\n  a: {path: /etc}\n", "is not a folder of the workspace", ""},
		{"port 0", "version: 1\nservices:\n  a: {path: a, port: 0}\n", "svcgen.yaml:3:22: port must be between", ""},
		{"port 70000", "version: 1\nservices:\n  a: {path: a, port: 70000}\n", "port must be between", ""},
		{"port text", "version: 1\nservices:\n  a: {path: a, port: many}\n", "port must be a whole number", ""},
		{"a port twice", "version: 1\nservices:\n  a: {path: a, port: 80}\n  b: {path: b, admin: 80}\n", "svcgen.yaml:4:3: b has port 80, which a has too", ""},
		{"a folder twice", "version: 1\nservices:\n  a: {path: x}\n  b: {path: X}\n", "b has the folder X, which a has too", ""},
		{"a service twice", "version: 1\nservices:\n  a: {path: x}\n  a: {path: y}\n", `"a" is given twice`, ""},
		{"slot", "version: 1\nwiring:\n  - {slot: compse}\n", `there is no slot "compse"`, "did you mean compose?"},
		{"wire without all", "version: 1\nwiring:\n  - {at: [x]}\n", "needs a slot or a file", ""},
		{"wire leaving", "version: 1\nwiring:\n  - {file: ../x, end: true, entry: y}\n", `the file "../x" is not in the workspace`, ""},
		{"alias", "version: 1\nservices:\n  a: &x {path: x}\n  b: *x\n", "aliases are not allowed", ""},
		{"several documents' first", "version: 1\nservices: []\n", "services must be a mapping", ""},
	} {
		_, err := ParseManifest([]byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want something with %q", c.name, err, c.want)
			continue
		}
		if l := diag.All(err); len(l) == 0 || !strings.Contains(l[0].Hint, c.hint) {
			t.Errorf("%s: hint %q, want %q in it", c.name, l[0].Hint, c.hint)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte("version: 1\nservices:\n  a: {path: x, port: 80}\nwiring: [{slot: ci, at: [a]}]\n"))
	f.Add([]byte("\xef\xbb\xbfversion: 1\r\n"))
	f.Add([]byte("version: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if (m == nil) == (err == nil) {
			t.Fatalf("manifest %v, error %v", m, err)
		}
	})
}

func TestDescriptorReadsWhatItWrites(t *testing.T) {
	d := &Descriptor{Name: "payments", Template: "acme/http", Release: "1.0.0",
		Values: map[string]string{"resource": "payment", "example": "no", "odd": "a: b, {c} 'd' \"e\" #f", "empty": "", "tilde": "~", "number": "007", "dash": "-", "long": "2026-01-01"},
		Units: []Unit{{Kind: "endpoint", Keys: []string{"method", "name", "path"},
			Values: map[string]string{"method": "POST", "path": "/v1/payments/{id}/refund", "name": "refundPayment"}}}}
	data := d.Encode([]string{"resource", "example"})
	got, err := ParseDescriptor("service.yaml", data)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	for k, v := range d.Values {
		if got.Values[k] != v {
			t.Errorf("%s: %q became %q in\n%s", k, v, got.Values[k], data)
		}
	}
	if got.Units[0].Values["path"] != "/v1/payments/{id}/refund" || got.Template != "acme/http" {
		t.Errorf("got %+v", got)
	}
}

func FuzzFlowScalar(f *testing.F) {
	for _, s := range []string{"", "a", "no", "1.0", "- x", "a: b", "#", "é", "'", "a'b", "=", "<<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsFunc(s, func(r rune) bool {
			return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\ufffd' || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r > 0xfffd && r < 0x10000
		}) {
			t.Skip("answers hold no control characters")
		}
		d := &Descriptor{Name: "x", Template: "t", Release: "1.0.0", Values: map[string]string{"v": s}}
		got, err := ParseDescriptor("service.yaml", d.Encode(nil))
		if err != nil || got.Values["v"] != s {
			t.Fatalf("%q became %v, %v", s, got, err)
		}
	})
}

func TestRel(t *testing.T) {
	for _, c := range [][3]string{
		{"go.work", "services/a", "services/a"},
		{"deploy/kustomization.yaml", "services/a", "../services/a"},
		{"services/x.yaml", "services/a", "a"},
		{"a/b/c.yaml", "a/x/y", "../x/y"},
	} {
		if got := Rel(c[0], c[1]); got != c[2] {
			t.Errorf("Rel(%s, %s) = %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

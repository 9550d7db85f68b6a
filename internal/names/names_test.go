package names

import (
	"strings"
	"testing"
)

func TestIdentifiers(t *testing.T) {
	for _, c := range []struct{ in, words, snake, name, variable, pkg string }{
		{"payments", "payments", "payments", "Payments", "payments", "payments"},
		{"card-payments", "card payments", "card_payments", "CardPayments", "cardPayments", "cardpayments"},
		{"refundPayment", "refund payment", "refund_payment", "RefundPayment", "refundPayment", "refundpayment"},
		{"HTTPServer", "http server", "http_server", "HTTPServer", "httpServer", "httpserver"},
		{"payment_id", "payment id", "payment_id", "PaymentID", "paymentID", "paymentid"},
		{"getV2Users", "get v2 users", "get_v2_users", "GetV2Users", "getV2Users", "getv2users"},
		{"type", "type", "type", "Type", "type_", "type"},
		{"len", "len", "len", "Len", "len_", "len"},
		{"3d-model", "3d model", "3d_model", "N3dModel", "n3dModel", "3dmodel"},
		{"--", "", "", "", "", ""},
	} {
		got := []string{strings.Join(Words(c.in), " "), Snake(c.in), GoName(c.in), GoVar(c.in), GoPackage(c.in)}
		want := []string{c.words, c.snake, c.name, c.variable, c.pkg}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%q: got %q, want %q", c.in, got[i], want[i])
			}
		}
	}
}

func TestPlural(t *testing.T) {
	for one, many := range map[string]string{
		"payment": "payments", "ledger-entry": "ledger-entries", "address": "addresses", "box": "boxes",
		"status": "statuses", "person": "people", "day": "days", "index": "indices", "purchase": "purchases",
		"branch": "branches", "news": "news", "movie": "movies", "house": "houses", "key": "keys",
	} {
		if got := Plural(one); got != many {
			t.Errorf("Plural(%q) = %q, want %q", one, got, many)
		}
		if got := Singular(many); got != one {
			t.Errorf("Singular(%q) = %q, want %q", many, got, one)
		}
		if got := Singular(one); got != one {
			t.Errorf("Singular(%q) = %q, want it unchanged", one, got)
		}
		if got := Plural(many); got != many {
			t.Errorf("Plural(%q) = %q, want it unchanged", many, got)
		}
	}
}

func TestOperationName(t *testing.T) {
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/v1/payments", "listPayments"},
		{"POST", "/v1/payments", "createPayment"},
		{"GET", "/v1/payments/{id}", "getPayment"},
		{"PUT", "/v1/payments/{id}", "replacePayment"},
		{"PATCH", "/v1/payments/{id}", "updatePayment"},
		{"DELETE", "/v1/payments/{id}", "deletePayment"},
		{"POST", "/v1/payments/{id}/refund", "refundPayment"},
		{"POST", "/v1/payments/{id}/refunds", "createPaymentRefund"},
		{"GET", "/v1/payments/{id}/refunds", "listPaymentRefunds"},
		{"GET", "/v1/payments/{id}/refunds/{refund}", "getPaymentRefund"},
		{"POST", "/v1/payments/search", "searchPayments"},
		{"GET", "/v1/payments/{id}/status", "getPaymentStatus"},
		{"POST", "/v1/login", "login"},
		{"GET", "/v1/{kind}", "getKind"},
		{"GET", "/api/v2/credit-notes/{id}", "getCreditNote"},
	} {
		if got := OperationName(c.method, c.path); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.method, c.path, got, c.want)
		}
	}
}

func TestCheckRoute(t *testing.T) {
	for _, ok := range []string{"/v1/payments", "/a/{x}", "/a/{x}/b/{y}", "/v1/x:cancel", "/a.b/c~d", "/{type}"} {
		if problem, _ := CheckRoute(ok); problem != "" {
			t.Errorf("%s: %s", ok, problem)
		}
	}
	for path, want := range map[string]string{
		"":                              "empty",
		"x":                             "begin with a slash",
		"/":                             "every request",
		"/a/":                           "ends with a slash",
		"//":                            "ends with a slash",
		"/a//b":                         "empty segment",
		"/a/../b":                       "cleaned away",
		"/a/./b":                        "cleaned away",
		"/a b":                          "characters other than",
		"/{":                            "do not match",
		"/}{":                           "do not match",
		"/{}":                           "no name",
		"/{id}{id}":                     "more than one parameter",
		"/{id}/{id}":                    "given twice",
		"/{id}/{ID}":                    "given twice",
		"/x{id}":                        "not a whole segment",
		"/{$}":                          "more than one path",
		"/{rest...}":                    "more than one path",
		"/{payment-id}":                 "not a Go identifier",
		"/é":                            "characters other than",
		"/a%2Fb":                        "characters other than",
		"/a\nb":                         "characters other than",
		"/" + strings.Repeat("a", 2000): "2001 characters",
	} {
		if problem, _ := CheckRoute(path); !strings.Contains(problem, want) {
			t.Errorf("%q: got %q, want something with %q", path, problem, want)
		}
	}
}

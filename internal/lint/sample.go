package lint

import (
	"regexp/syntax"
	"strings"

	"github.com/svcgen/svcgen/internal/offer"
	"github.com/svcgen/svcgen/internal/template"
)

// sample is the service that templates are rendered for.
var sample = template.Service{Name: "card-payments", Path: "services/card-payments",
	Module: "example.com/shop/services/card-payments", Port: 8081, Admin: 9081, Owner: "team-payments"}

func sampleScope(t *template.Template) template.Scope {
	return template.Scope{Service: sample,
		Workspace: template.Workspace{Name: "shop", Module: "example.com/shop"}, Svcgen: template.Program{Version: "1.0.0"},
		Template: template.Identity{Name: t.Name, Release: t.Release}}
}

// candidates are tried, in turn, for a text whose rule is a pattern.
var candidates = []string{"payment", "invoice", "payments", "invoices", "card-payment", "card-invoice", "cardPayment", "cardInvoice",
	"Payment", "Invoice", "p", "q", "1", "2", "1.0.0", "2.0.0", "a.b", "c.d", "a/b", "c/d", "example.com", "example.org", "x@example.com"}

// example is the nth answer, from zero, that v takes; where there are too few,
// the last.
func example(v template.Value, nth int) string {
	pick := func(list ...string) string { return list[min(nth, len(list)-1)] }
	switch v.Type {
	case template.Bool:
		return "yes"
	case template.Int:
		return pick("1", "2")
	case template.Method:
		return pick("POST", "PUT")
	case template.Route:
		return pick("/v1/payments/{id}/refund", "/v1/invoices/{id}/cancel")
	case template.Identifier:
		return pick("refundPayment", "cancelInvoice")
	case template.ServiceRef:
		return pick("ledger", "billing")
	case template.OperationList:
		return offer.All
	case template.Option:
		if len(v.Options) > 0 {
			return pick(v.Options...)
		}
		return ""
	}
	if v.Match == nil {
		return pick(candidates...)
	}
	var fit []string
	for _, c := range candidates {
		if v.Match.MatchString(c) {
			fit = append(fit, c)
		}
	}
	for more := range 2 {
		if s := matching(v.Match.String(), more); v.Match.MatchString(s) && (len(fit) == 0 || fit[0] != s) {
			fit = append(fit, s)
		}
	}
	if len(fit) == 0 {
		return candidates[0]
	}
	return pick(fit...)
}

// matching derives a text that the pattern most likely matches; repetitions get
// more than they must have.
func matching(pattern string, more int) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	derive(&b, re, more)
	return b.String()
}

// longest bounds what is derived from nested repetitions.
const longest = 200

func derive(b *strings.Builder, re *syntax.Regexp, more int) {
	times := func(n int) {
		for range n {
			if b.Len() < longest {
				derive(b, re.Sub[0], more)
			}
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(pleasant(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			derive(b, sub, more)
		}
	case syntax.OpCapture:
		derive(b, re.Sub[0], more)
	case syntax.OpAlternate:
		derive(b, re.Sub[min(more, len(re.Sub)-1)], more)
	case syntax.OpPlus:
		times(1 + more)
	case syntax.OpStar, syntax.OpQuest:
		times(more)
	case syntax.OpRepeat:
		times(re.Min)
		if re.Max < 0 || re.Max > re.Min {
			times(more)
		}
	}
}

// pleasant picks from a class's ranges a letter or digit where there is one.
func pleasant(ranges []rune) rune {
	for _, want := range "apA1" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= want && want <= ranges[i+1] {
				return want
			}
		}
	}
	if len(ranges) == 0 {
		return 'a'
	}
	return ranges[0]
}

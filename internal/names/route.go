package names

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Methods are the HTTP methods an endpoint may have.
var Methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

// maxRoute bounds a path; servers and proxies cut far longer ones anyway.
const maxRoute = 500

var (
	literalSegment = regexp.MustCompile(`^[A-Za-z0-9._~:@-]+$`)
	paramName      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	versionSegment = regexp.MustCompile(`^v[0-9]+([a-z]+[0-9]*)?$`)
)

// CheckRoute says what is wrong with path as the path of an endpoint, and what
// to write instead. It accepts what net/http's ServeMux and OpenAPI 3.1 both
// accept and mean the same by: whole segments in braces, no wildcard for the
// rest, no trailing slash.
func CheckRoute(path string) (problem, hint string) {
	switch {
	case path == "":
		return "the path is empty", "give one such as /v1/payments/{id}"
	case !strings.HasPrefix(path, "/"):
		return "the path does not begin with a slash", "write /" + clip(path)
	case len(path) > maxRoute:
		return fmt.Sprintf("the path has %d characters; %d are allowed", len(path), maxRoute), ""
	case path == "/":
		return "the path / would catch every request", "name what the endpoint serves, e.g. /v1/payments"
	case strings.HasSuffix(path, "/"):
		return "the path ends with a slash; net/http would take it for a whole subtree", "write " + strings.TrimRight(path, "/")
	}
	seen := map[string]bool{}
	for _, seg := range strings.Split(path[1:], "/") {
		if problem, hint := checkSegment(seg, seen); problem != "" {
			return problem, hint
		}
	}
	return "", ""
}

func checkSegment(seg string, seen map[string]bool) (problem, hint string) {
	open, closed := strings.Count(seg, "{"), strings.Count(seg, "}")
	switch {
	case seg == "":
		return "the path has an empty segment", "write single slashes"
	case seg == "." || seg == "..":
		return fmt.Sprintf("the segment %q would be cleaned away by every client", seg), ""
	case open == 0 && closed == 0:
		if !literalSegment.MatchString(seg) {
			return fmt.Sprintf("the segment %q holds characters other than letters, digits and . _ ~ : @ -", seg), ""
		}
		return "", ""
	case open != closed || strings.Index(seg, "}") < strings.Index(seg, "{"):
		return fmt.Sprintf("the braces in %q do not match", seg), "a parameter is written {id}"
	case open > 1:
		return fmt.Sprintf("the segment %q has more than one parameter", seg), "put a slash between them"
	case seg[0] != '{' || seg[len(seg)-1] != '}':
		return fmt.Sprintf("the parameter in %q is not a whole segment", seg), "net/http matches whole segments; write it as a segment of its own"
	}
	name := seg[1 : len(seg)-1]
	switch {
	case name == "":
		return "a parameter has no name", "write {id}"
	case name == "$" || strings.HasSuffix(name, "..."):
		return fmt.Sprintf("%s matches more than one path, which OpenAPI cannot describe", seg), "use a parameter for each segment"
	case !paramName.MatchString(name):
		return fmt.Sprintf("the parameter %s is not a Go identifier", seg), suggestParam(name)
	case seen[strings.ToLower(name)]:
		return fmt.Sprintf("the parameter %s is given twice", seg), ""
	}
	seen[strings.ToLower(name)] = true
	return "", ""
}

func suggestParam(name string) string {
	if v := strings.TrimRight(GoVar(name), "_"); paramName.MatchString(v) {
		return "write {" + v + "}"
	}
	return "use letters, digits and underscores"
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

// PathParams returns the names of path's parameters in order: of
// /v1/payments/{id}/lines/{line} id and line.
func PathParams(path string) []string {
	var params []string
	for _, seg := range strings.Split(path, "/") {
		if name, ok := param(seg); ok {
			params = append(params, name)
		}
	}
	return params
}

func param(seg string) (name string, ok bool) {
	if len(seg) > 2 && seg[0] == '{' && seg[len(seg)-1] == '}' {
		return seg[1 : len(seg)-1], true
	}
	return "", false
}

// PathExample fills path's parameters with sample values: /v1/payments/{id}
// gives /v1/payments/id-1.
func PathExample(path string) string {
	segs := strings.Split(path, "/")
	for i, seg := range segs {
		if name, ok := param(seg); ok {
			segs[i] = Kebab(name) + "-1"
		}
	}
	return strings.Join(segs, "/")
}

// OperationName names what method does to path, as a person would:
//
//	GET    /v1/payments               listPayments
//	POST   /v1/payments               createPayment
//	GET    /v1/payments/{id}          getPayment
//	PUT    /v1/payments/{id}          replacePayment
//	POST   /v1/payments/{id}/refund   refundPayment
//	GET    /v1/payments/{id}/refunds  listPaymentRefunds
func OperationName(method, path string) string {
	var nouns []string // the literal segments that name things
	var last string
	segs := strings.Split(strings.Trim(path, "/"), "/")
	for _, seg := range segs {
		if _, ok := param(seg); !ok && !versionSegment.MatchString(seg) && seg != "api" {
			if word := Kebab(seg); word != "" {
				nouns = append(nouns, word)
			}
		}
	}
	endsInParam := false
	if name, ok := param(segs[len(segs)-1]); ok {
		endsInParam, last = true, name
	}
	if len(nouns) == 0 {
		if Kebab(last) == "" {
			last = "root"
		}
		return GoVar(verb(method, false) + "-" + last)
	}
	last = nouns[len(nouns)-1]
	owners := nouns[:len(nouns)-1]
	plural := Singular(last) != last
	switch {
	case endsInParam:
		return GoVar(verb(method, false) + "-" + join(singulars(owners), Singular(last)))
	case method == "POST" && !plural && len(owners) > 0:
		// An action on what stands before it: one, behind a parameter, or many.
		owner := owners[len(owners)-1]
		if _, ok := param(segs[len(segs)-2]); ok {
			owner = Singular(owner)
		}
		return GoVar(join([]string{last}, owner))
	case method == "POST" && !plural && !strings.HasSuffix(GoVar(last), "_"):
		return GoVar(last)
	case method == "POST":
		return GoVar(verb(method, true) + "-" + join(singulars(owners), Singular(last)))
	}
	return GoVar(verb(method, plural) + "-" + join(singulars(owners), last))
}

func verb(method string, collection bool) string {
	switch method {
	case "GET":
		if collection {
			return "list"
		}
		return "get"
	case "POST":
		return "create"
	case "PUT":
		return "replace"
	case "PATCH":
		return "update"
	case "DELETE":
		return "delete"
	}
	return strings.ToLower(method)
}

func singulars(nouns []string) []string {
	out := slices.Clone(nouns)
	for i, n := range out {
		out[i] = Singular(n)
	}
	return out
}

func join(head []string, last string) string { return strings.Join(append(head, last), "-") }

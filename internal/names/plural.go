package names

import "strings"

// Plural and Singular know the regular forms of English nouns and the
// irregular ones that services are named after. They look at the last word of a
// name joined by dashes or underscores, and leave what they cannot tell.

var irregular = [][2]string{
	{"person", "people"}, {"child", "children"}, {"man", "men"}, {"woman", "women"},
	{"datum", "data"}, {"index", "indices"}, {"vertex", "vertices"}, {"matrix", "matrices"},
	{"analysis", "analyses"}, {"basis", "bases"}, {"crisis", "crises"}, {"thesis", "theses"},
	{"criterion", "criteria"}, {"leaf", "leaves"}, {"shelf", "shelves"}, {"life", "lives"},
	{"half", "halves"}, {"knife", "knives"}, {"hero", "heroes"}, {"potato", "potatoes"}, {"echo", "echoes"},
	{"quiz", "quizzes"}, {"movie", "movies"}, {"cookie", "cookies"}, {"tie", "ties"}, {"pie", "pies"},
	{"cache", "caches"}, {"house", "houses"}, {"purchase", "purchases"}, {"warehouse", "warehouses"},
	{"license", "licenses"}, {"expense", "expenses"}, {"response", "responses"}, {"release", "releases"},
	{"case", "cases"}, {"course", "courses"}, {"use", "uses"}, {"cause", "causes"}, {"lease", "leases"},
	{"phase", "phases"}, {"phrase", "phrases"}, {"database", "databases"}, {"axe", "axes"}, {"bus", "buses"},
	{"status", "statuses"}, {"campus", "campuses"}, {"bonus", "bonuses"}, {"virus", "viruses"}, {"gas", "gases"},
	{"alias", "aliases"}, {"canvas", "canvases"}, {"lens", "lenses"}, {"atlas", "atlases"}, {"size", "sizes"},
	{"prize", "prizes"}, {"archive", "archives"}, {"niche", "niches"}, {"ache", "aches"},
}

var uncountable = map[string]bool{
	"news": true, "series": true, "species": true, "equipment": true, "information": true, "money": true,
	"software": true, "metadata": true, "feedback": true, "analytics": true, "logistics": true, "billing": true,
	"sms": true, "dns": true, "tls": true, "https": true, "gps": true, "aws": true, "css": true,
	"kudos": true, "sheep": true, "fish": true,
}

// Plural returns the plural of noun: payment, payments.
func Plural(noun string) string {
	head, last := lastWord(noun)
	if uncountable[last] {
		return noun
	}
	for _, f := range irregular {
		if last == f[0] || last == f[1] {
			return head + f[1]
		}
	}
	switch {
	case last == "", Singular(last) != last: // nothing to do, or plural already
		return noun
	case hasAnySuffix(last, "s", "x", "z", "ch", "sh"):
		return head + last + "es"
	case strings.HasSuffix(last, "y") && len(last) > 1 && !strings.ContainsRune("aeiou", rune(last[len(last)-2])):
		return head + last[:len(last)-1] + "ies"
	}
	return head + last + "s"
}

// Singular returns the singular of noun: payments, payment.
func Singular(noun string) string {
	head, last := lastWord(noun)
	if uncountable[last] {
		return noun
	}
	for _, f := range irregular {
		if last == f[0] || last == f[1] {
			return head + f[0]
		}
	}
	switch {
	case strings.HasSuffix(last, "ies") && len(last) > 4:
		return head + last[:len(last)-3] + "y"
	case hasAnySuffix(last, "sses", "shes", "ches", "xes", "zzes"):
		return head + last[:len(last)-2]
	case hasAnySuffix(last, "ss", "us", "is"):
		return noun
	case strings.HasSuffix(last, "s") && len(last) > 2:
		return head + last[:len(last)-1]
	}
	return noun
}

func lastWord(s string) (head, last string) {
	i := strings.LastIndexAny(s, "-_ ")
	return s[:i+1], s[i+1:]
}

func hasAnySuffix(s string, suffixes ...string) bool {
	for _, x := range suffixes {
		if strings.HasSuffix(s, x) {
			return true
		}
	}
	return false
}

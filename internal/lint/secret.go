package lint

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// secret is a stretch of text that looks like a credential.
type secret struct {
	offset int
	what   string
}

// shape is a credential that tells itself by its form.
type shape struct {
	what string
	hint string         // words, one of which stands in each: a quick look
	re   *regexp.Regexp // its group, where it has one, is the credential
}

var shapes = []shape{
	{"a private key", "-----BEGIN", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:\\n|\\r|\s|["'+]|[A-Za-z-]+: [^\n]*)*[A-Za-z0-9+/=]{16}`)},
	{"an access key of AWS", "AKIA ASIA ABIA ACCA", regexp.MustCompile(`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`)},
	{"a secret key of AWS", "SECRET_ACCESS_KEY secret_access_key SecretAccessKey secretAccessKey", regexp.MustCompile(`(?i)secret_?access_?key["']?[ \t]*[:=][ \t]*["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`)},
	{"a token of GitHub", "ghp_ gho_ ghu_ ghs_ ghr_", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}\b`)},
	{"a token of GitHub", "github_pat_", regexp.MustCompile(`\bgithub_pat_[A-Za-z0-9_]{50,}\b`)},
	{"a token of GitLab", "glpat-", regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20,}`)},
	{"a token of Slack", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs-", regexp.MustCompile(`\bxox[abeoprs]-[A-Za-z0-9-]{10,}`)},
	{"a webhook of Slack", "hooks.slack.com", regexp.MustCompile(`hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}`)},
	{"a key of Stripe", "k_live_", regexp.MustCompile(`\b[sr]k_live_[A-Za-z0-9]{16,}`)},
	{"a key of Google", "AIza", regexp.MustCompile(`\bAIza[A-Za-z0-9_-]{35}`)},
	{"a token of npm", "npm_", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}\b`)},
	{"a key of an AI service", "sk-ant- sk-proj- sk-svcacct-", regexp.MustCompile(`\bsk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,}`)},
	{"a JSON Web Token", "eyJ", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`)},
}

// secretsIn lists what looks like a credential in a file, in order of shapes.
func secretsIn(name string, data []byte) []secret {
	if bytes.IndexByte(data, 0) >= 0 || strings.HasSuffix(name, "go.sum") {
		return nil
	}
	var out []secret
	for _, s := range shapes {
		if !hasAny(data, strings.Fields(s.hint)) {
			continue
		}
		for _, m := range s.re.FindAllSubmatchIndex(data, -1) {
			text := data[m[0]:m[1]]
			if len(m) > 2 {
				if m, text = m[2:], data[m[2]:m[3]]; !mixed(text) {
					continue
				}
			}
			if !bytes.HasSuffix(text, []byte("EXAMPLE")) && !bytes.HasSuffix(text, []byte("EXAMPLEKEY")) {
				out = append(out, secret{m[0], s.what})
			}
		}
	}
	eachLine(data, func(start int, line []byte) {
		if bytes.Contains(line, []byte("://")) && bytes.IndexByte(line, '@') > 0 {
			for _, m := range inURL.FindAllSubmatchIndex(line, -1) {
				if user, password := string(line[m[2]:m[3]]), string(line[m[4]:m[5]]); password != user && isPassword(password) {
					out = append(out, secret{start + m[4], "a password in a URL"})
				}
			}
		}
		if named(line) {
			at, ok := literalIn(line)
			told := slices.ContainsFunc(out, func(s secret) bool { return s.offset == start+at })
			if ok && !told {
				out = append(out, secret{start + at, aLiteral})
			}
		}
	})
	return out
}

// mixed reports whether a text has digits, small and large letters, as random
// ones have.
func mixed(text []byte) bool {
	return bytes.ContainsFunc(text, unicode.IsDigit) && bytes.ContainsFunc(text, unicode.IsLower) && bytes.ContainsFunc(text, unicode.IsUpper)
}

func hasAny(data []byte, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(data, []byte(w)) })
}

func eachLine(data []byte, do func(start int, line []byte)) {
	for start := 0; start < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
			end = start + i
		}
		do(start, data[start:end])
		start = end + 1
	}
}

// inURL is a user and a password before a host.
var inURL = regexp.MustCompile(`[a-z][a-z0-9+.-]*://([^\s/:@"'<>{}$]*):([^\s/:@"'<>{}$]+)@[^\s"']`)

// assignment is a literal that is given to a name which ends in such a word: in
// quotes, or plain to the end of a line.
var assignment = regexp.MustCompile(`(?i)([\w.-]*?(passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|auth[_-]?key))["'` + "`" + `]?[ \t]*(?::=|=>|=|:)[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'` + "`" + `,;&|()\[\]{}]+)[ \t]*(?:#.*)?\r?$)`)

// aLiteral is a credential by its name alone.
const aLiteral = "a credential, by the name that it is given to"

// named reports whether a line most likely gives something to a name that speaks
// of credentials: a quick look for the last letters of such names before a sign.
func named(line []byte) bool {
	for at := 0; ; {
		i := bytes.IndexAny(line[at:], ":=")
		if i < 0 {
			return false
		}
		at += i
		before := bytes.TrimRight(line[:at], " \t\"'`")
		if n := len(before); n >= 3 {
			switch end := strings.ToLower(string(before[n-3:])); end {
			case "ord", "swd", "pwd", "ase", "ret", "ken", "key":
				return true
			}
		}
		at++
	}
}

// literalIn returns where a line gives a literal that looks like a credential to
// a name that speaks of one.
func literalIn(line []byte) (at int, ok bool) {
	for _, m := range assignment.FindAllSubmatchIndex(line, -1) {
		word := strings.ToLower(string(line[m[4]:m[5]]))
		for g := 6; g < len(m); g += 2 {
			if m[g] < 0 {
				continue
			}
			value := string(line[m[g]:m[g+1]])
			if strings.HasPrefix(word, "pass") || word == "pwd" {
				ok = isPassword(value)
			} else {
				ok = isKey(value)
			}
			if ok {
				return m[g], true
			}
		}
	}
	return 0, false
}

// harmless are words of placeholders, of what stands for a value, and of
// defaults on a developer's machine.
var harmless = strings.Fields("example changeme change-me change_me replace placeholder your insert dummy fake sample redacted secret password passwd " +
	"passphrase token none null true false string required optional text env file path hidden empty invalid wrong default local postgres mysql " +
	"root admin guest user test demo dev foo bar xxx todo ... *** hunter")

// isPassword reports whether a text may be somebody's password: no placeholder,
// no reference, no sentence, no default on a developer's machine.
func isPassword(text string) bool {
	if len(text) < 6 || !literal(text) {
		return false
	}
	lower := strings.ToLower(text)
	for _, w := range harmless {
		if strings.Contains(lower, w) {
			return false
		}
	}
	return true
}

// isKey is isPassword for tokens and keys, which machines make: long, with
// digits and letters in no order.
func isKey(text string) bool {
	letters, digits := 0, 0
	for _, c := range text {
		switch {
		case unicode.IsLetter(c):
			letters++
		case unicode.IsDigit(c):
			digits++
		}
	}
	return len(text) >= 16 && letters > 0 && digits > 2 && isPassword(text) && !strings.ContainsAny(text, "@:") && strings.Count(text, "-") < 4
}

// literal reports whether a text is meant as it is: no action, variable, path,
// call or sentence.
func literal(text string) bool {
	return !strings.ContainsAny(text, " \t<>{}$%()\\`/") && !reference.MatchString(text)
}

// reference is a field or a constant of a program.
var reference = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$|^[A-Z][A-Z0-9_]+$`)

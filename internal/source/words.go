package source

import (
	"strconv"
	"strings"
)

// The forms of a source's parts are checked by hand: compiling a dozen patterns
// would cost every start of svcgen a third of a millisecond.

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// word reports whether s has at least one and at most most letters, digits and
// characters of rest; its first is none of rest, but may be one of first.
func word(s, first, rest string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for i := range len(s) {
		more := rest
		if i == 0 {
			more = first
		}
		if !letter(s[i]) && !digit(s[i]) && strings.IndexByte(more, s[i]) < 0 {
			return false
		}
	}
	return true
}

func hexadecimal(s string, lengths ...int) bool {
	for i := range len(s) {
		if !digit(s[i]) && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	for _, n := range lengths {
		if len(s) == n {
			return true
		}
	}
	return false
}

// isHost reports whether s, in lower case, is a host's name or address, perhaps
// with a port.
func isHost(s string) bool {
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i+1:]
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || port[0] == '0' || port[0] == '+' {
			return false
		}
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		return ok && len(inner) > 1 && strings.Trim(inner, "0123456789abcdef:") == ""
	}
	return word(host, "", ".-", 253) && strings.ToLower(host) == host && !strings.HasSuffix(host, ".") && !strings.HasSuffix(host, "-") && !strings.Contains(host, "..")
}

func isDigest(s string) bool {
	sum, ok := strings.CutPrefix(s, "sha256:")
	return ok && hexadecimal(sum, 64)
}

// isRepository reports whether s is a repository's name in a registry: words of
// lower-case letters and digits, joined by a dot, one or two underscores, or
// dashes, in parts that slashes divide.
func isRepository(s string) bool {
	if len(s) > 255 || strings.ToLower(s) != s {
		return false
	}
	for part := range strings.SplitSeq(s, "/") {
		if !word(part, "", "._-", 255) || !letter(part[len(part)-1]) && !digit(part[len(part)-1]) {
			return false
		}
		for i := 1; i < len(part); i++ {
			pair := part[i-1 : i+1]
			if strings.Trim(pair, "._-") == "" && pair != "__" && pair != "--" || strings.Contains(part, "___") {
				return false
			}
		}
	}
	return true
}

// isShort reports whether s is written as user@host:path, git's short form.
func isShort(s string) bool {
	user, rest, ok := strings.Cut(s, "@")
	host, p, ok2 := strings.Cut(rest, ":")
	return ok && ok2 && word(user, ".-", "._-", 255) && word(host, ".-", ".-", 255) && p != "" && p[0] != '/'
}

// ValidVersion reports whether v may be a tag, a branch or a commit: what git
// takes for a ref's name, less what a shell or an option could make of it.
func ValidVersion(v string) bool {
	if len(v) > maxVersion || strings.Contains(v, "..") || strings.HasSuffix(v, ".lock") || strings.HasSuffix(v, ".") {
		return false
	}
	for part := range strings.SplitSeq(v, "/") {
		if !word(part, "_", "._+-", maxVersion) {
			return false
		}
	}
	return true
}

// IsCommit reports whether v is a commit's full id.
func IsCommit(v string) bool { return hexadecimal(v, 40, 64) }

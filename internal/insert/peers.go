package insert

import "strings"

// selector takes a segment "[field=value]" or "[=value]" apart.
func selector(segment string) (field, value string, ok bool) {
	inner, ok := strings.CutPrefix(segment, "[")
	if !ok {
		return "", "", false
	}
	if inner, ok = strings.CutSuffix(inner, "]"); !ok {
		return "", "", false
	}
	return strings.Cut(inner, "=")
}

// rank is what a key is sorted by: a selector by its value, so that "a" comes
// before "a-b" in either form.
func rank(key string) string {
	if _, value, ok := selector(key); ok {
		return value
	}
	return key
}

// place is the index at which key goes among n entries in file order. peer
// gives the key of svcgen's own among them, and false for those of others. The
// entry goes before the first peer that sorts after it, else directly after the
// last peer, else at the end.
func place(key string, n int, peer func(i int) (string, bool)) int {
	at := n
	for i := range n {
		k, ok := peer(i)
		if !ok {
			continue
		}
		if rank(k) > rank(key) {
			return i
		}
		at = i + 1
	}
	return at
}

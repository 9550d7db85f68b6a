package names

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a path that comes from elsewhere: what every file system holds.
const (
	maxPath    = 400 // bytes
	maxSegment = 200
	maxDepth   = 24
)

// CheckPath says what is wrong with a slash-separated path that a template
// brings or renders, or "". It must stay in its folder on every system, look the
// same to each, and belong neither to git nor to svcgen.
func CheckPath(p string) (problem string) {
	switch {
	case !utf8.ValidString(p):
		return "the path is not UTF-8"
	case p == "" || path.IsAbs(p) || path.Clean(p) != p || p == "." || p == ".." || strings.HasPrefix(p, "../"):
		return "the path leaves its folder, or is not written plainly"
	case strings.Contains(p, `\`):
		return "the path has a backslash, which is a separator on Windows"
	case strings.Contains(p, ":"):
		return "the path has a colon, which means a drive or a stream on Windows"
	case len(p) > maxPath:
		return fmt.Sprintf("the path has %d bytes; %d are allowed", len(p), maxPath)
	case strings.Count(p, "/") >= maxDepth:
		return fmt.Sprintf("the path is more than %d folders deep", maxDepth)
	}
	for _, r := range p {
		if r != ' ' && !unicode.IsPrint(r) || unicode.Is(unicode.Mn, r) {
			return fmt.Sprintf("the path has the character %U, which cannot be seen or is spelled in two ways", r)
		}
	}
	for seg := range strings.SplitSeq(p, "/") {
		if problem := checkName(seg); problem != "" {
			return problem
		}
	}
	return ""
}

func checkName(seg string) string {
	folded := Fold(seg)
	device, _, _ := strings.Cut(folded, ".")
	switch {
	case len(seg) > maxSegment:
		return fmt.Sprintf("a name in the path has %d bytes; %d are allowed", len(seg), maxSegment)
	case strings.TrimRight(folded, ". ") == ".git" || folded == "git~1":
		return "the path is git's own"
	case strings.TrimRight(folded, ". ") == ".svcgen" || folded == "svcgen.yaml":
		return "the path is svcgen's own"
	case strings.HasSuffix(seg, ".") || strings.HasSuffix(seg, " "):
		return fmt.Sprintf("%q ends in a way that Windows drops", seg)
	case slices.Contains(windowsReserved, strings.TrimRight(device, " ")):
		return fmt.Sprintf("%q is a device on Windows", seg)
	}
	return ""
}

// Fold maps spellings that some file systems take for the same to one.
func Fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// CheckPaths refuses paths that cannot all stand beside each other on every
// system: two that differ in case alone, and a file that is another's folder.
// Each must have passed CheckPath. It returns the path that is wrong and why, or
// two empty texts.
func CheckPaths(paths []string) (p, problem string) {
	spelled := map[string]string{} // folded path, or folder: as it was spelled first
	files := map[string]bool{}
	for _, p := range paths {
		files[Fold(p)] = true
	}
	for _, p := range slices.Sorted(slices.Values(paths)) {
		for i := range len(p) + 1 {
			if i < len(p) && p[i] != '/' {
				continue
			}
			part := p[:i]
			f := Fold(part)
			if i < len(p) && files[f] {
				return p, fmt.Sprintf("%s is a file and a folder", part)
			}
			if was, ok := spelled[f]; ok && was != part {
				return p, fmt.Sprintf("%s and %s differ only in upper and lower case", was, part)
			}
			spelled[f] = part
		}
	}
	return "", ""
}

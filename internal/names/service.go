package names

import (
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// maxService bounds a service's name: a DNS label has 63 characters, and
// deployments put words behind it.
const maxService = 40

var serviceRule = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// windowsReserved are the device names that Windows reserves in every folder.
var windowsReserved = strings.Fields(`con prn aux nul conin$ conout$ com¹ com² com³ lpt¹ lpt² lpt³ com0 com1 com2 com3 com4 com5 com6 com7 com8 com9
	lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9`)

// Device reports whether name is a device on Windows, in any case of letters,
// and so no name of a file or folder there.
func Device(name string) bool { return slices.Contains(windowsReserved, strings.ToLower(name)) }

// CheckService says what is wrong with name as a service's name, and what to
// do. A service's name is a DNS label that begins with a letter, and can be a
// folder, a Go package and a host everywhere.
func CheckService(name string) (problem, hint string) {
	const rule = "a name begins with a letter and has lower-case letters, digits and single dashes, e.g. card-payments"
	switch {
	case name == "":
		return "the name is empty", rule
	case strings.ContainsAny(name, `/\`) || strings.Contains(name, ".."):
		return fmt.Sprintf("%q is a path, not a name", clip(name)), "give the folder with --path"
	case len(name) > maxService:
		return fmt.Sprintf("the name has %d characters; %d are allowed", len(name), maxService), ""
	case Device(name):
		return fmt.Sprintf("%q is a device on Windows", name), "choose another name"
	case !serviceRule.MatchString(name):
		hint := rule
		if k := Kebab(name); serviceRule.MatchString(k) {
			hint = "write " + k
		}
		return fmt.Sprintf("%q is not a service's name", name), hint
	}
	pkg := GoPackage(name)
	switch {
	case token.IsKeyword(pkg):
		return fmt.Sprintf("%q is a keyword of Go", name), "choose another name"
	case Predeclared(pkg):
		return fmt.Sprintf("%q is predeclared in Go", name), "choose another name"
	case slices.Contains([]string{"internal", "vendor", "testdata", "main"}, pkg):
		return fmt.Sprintf("%q means something else to Go", name), "choose another name"
	}
	return "", ""
}

// knownOS and knownArch are what Go takes for a build constraint at the end of
// a file's name (go/build's lists).
var (
	knownOS = strings.Fields(`aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd
		plan9 solaris wasip1 windows zos unix`)
	knownArch = strings.Fields(`386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le
		mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm`)
)

// GoFileLeftOut tells the ending for which Go would leave a file called base
// out of the build, or "" when it would not: refund_test.go, list_windows.go.
func GoFileLeftOut(base string) string {
	stem, ok := strings.CutSuffix(base, ".go")
	if !ok {
		return ""
	}
	parts := strings.Split(stem, "_")
	last := parts[len(parts)-1]
	switch {
	case strings.HasPrefix(base, "_") || strings.HasPrefix(base, "."):
		return base[:1]
	case len(parts) < 2:
		return ""
	case last == "test" || slices.Contains(knownOS, last) || slices.Contains(knownArch, last):
		return "_" + last
	}
	return ""
}

// CheckIdentifier says what is wrong with name as the name of an operation or
// the like: an unexported Go identifier in camel case.
func CheckIdentifier(name string) (problem, hint string) {
	switch {
	case name == "":
		return "the name is empty", ""
	case len(name) > 80:
		return fmt.Sprintf("the name has %d characters; 80 are allowed", len(name)), ""
	case token.IsKeyword(name):
		return fmt.Sprintf("%q is a keyword of Go", name), "choose another name"
	case Predeclared(name):
		return fmt.Sprintf("%q is predeclared in Go", name), "choose another name"
	case !identifierRule.MatchString(name):
		hint := "small letter first, then letters and digits, e.g. refundPayment"
		if v := strings.TrimRight(GoVar(name), "_"); identifierRule.MatchString(v) && v != name {
			hint = "write " + v
		}
		return fmt.Sprintf("%q is not a name in camel case", clip(name)), hint
	}
	return "", ""
}

var identifierRule = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)

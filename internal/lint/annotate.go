package lint

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteGitHub writes workflow commands, from which GitHub makes annotations at
// the lines of a change.
func (r *Report) WriteGitHub(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "::%s file=%s", [...]string{"notice", "warning", "error"}[f.level], property(f.File))
		if f.Line > 0 {
			fmt.Fprintf(&b, ",line=%d", f.Line)
		}
		if f.Line > 0 && f.Col > 0 {
			fmt.Fprintf(&b, ",col=%d", f.Col)
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property(f.Rule), command(f.full()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// full is the message with the values that show it, and the remedy.
func (f Finding) full() string {
	msg := f.Message
	if len(f.With) > 0 {
		msg += "\nwith " + Choice(f.With)
	}
	if f.Remedy != "" {
		msg += "\nremedy: " + f.Remedy
	}
	return msg
}

// A workflow command ends with its line; its properties end with a comma or a
// colon.
var (
	commandEscapes  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func command(s string) string  { return commandEscapes.Replace(s) }
func property(s string) string { return propertyEscapes.Replace(s) }

// WriteJUnit writes a test suite for every template, and in it a test case for
// every rule that looked: it fails where the rule found something of at least
// the severity least. With never nothing fails.
func (r *Report) WriteJUnit(w io.Writer, least Severity, never bool, took time.Duration) error {
	all := junitSuites{Name: cmp.Or(r.tool, "svcgen lint"), Time: seconds(took)}
	for _, t := range r.looked {
		suite := junitSuite{Name: t.label}
		for _, rule := range t.rules {
			c := junitCase{Name: rule, Class: t.label}
			var failed, passed []string
			for _, f := range r.Findings {
				if f.template != t.label || f.Rule != rule {
					continue
				}
				line := fmt.Sprintf("%s: %s: %s", f.position(), f.Severity, f.full())
				if f.level >= least && !never {
					failed = append(failed, line)
				} else {
					passed = append(passed, line)
				}
			}
			if failed != nil {
				c.Failure = &junitFailure{Message: many(len(failed), "finding"), Type: rule, Text: strings.Join(failed, "\n")}
				suite.Failures++
			}
			c.Output = strings.Join(passed, "\n")
			suite.Cases = append(suite.Cases, c)
		}
		suite.Tests = len(suite.Cases)
		all.Tests, all.Failures = all.Tests+suite.Tests, all.Failures+suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// The parts of JUnit's XML that svcgen writes.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Failure *junitFailure `xml:"failure"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

package lint

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/url"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/xeipuuv/gojsonschema"
)

// hostile is a report whose texts hold what each format must escape.
func hostile() *Report {
	r := joined([]*Report{{
		Combinations: 2,
		looked:       []looked{{"t/demo", []string{"parse-error", "output-not-gofmt", "value-without-help"}}},
		Findings: []Finding{
			{Rule: "parse-error", File: "t/demo/cmd/{{ .Service.Name }}/a,b:c%.go", Line: 3, Col: 7, level: Error, template: "t/demo",
				Message: "100% <wrong> & \"odd\": a,b\r\nnext ]]> \x01\xff é", Remedy: "mend it", With: map[string]string{"database": "postgres"}},
			{Rule: "parse-error", File: "t/demo/x", level: Error, template: "t/demo", Message: "again"},
			{Rule: "output-not-gofmt", File: "t/demo/x", Line: 2, level: Warning, template: "t/demo", Message: "not clean"},
			{Rule: "value-without-help", File: "/abs/t/demo/template.yaml", Line: 1, Col: 1, level: Info, template: "t/demo", Message: "no help"},
		},
		Hidden: []Hidden{
			{Finding{Rule: "parse-error", File: "t/demo/y", Line: 1, level: Error, Message: "old"}, InBaseline, ""},
			{Finding{Rule: "parse-error", File: "t/demo/z", Line: 1, level: Error, Message: "meant"}, InSource, "it is meant"},
		},
	}})
	for i := range r.Findings {
		r.Findings[i].Severity = r.Findings[i].level.String()
	}
	return r
}

func TestSARIFIsValid(t *testing.T) {
	schema, err := gojsonschema.NewSchema(gojsonschema.NewStringLoader(sarifSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	invalid := func(text []byte) []gojsonschema.ResultError {
		result, err := schema.Validate(gojsonschema.NewBytesLoader(text))
		if err != nil {
			t.Fatal(err)
		}
		return result.Errors()
	}
	for name, r := range map[string]*Report{"hostile": hostile(), "empty": joined(nil)} {
		var b bytes.Buffer
		if err := r.WriteSARIF(&b, "1.2.3"); err != nil {
			t.Fatal(err)
		}
		if errs := invalid(b.Bytes()); errs != nil {
			t.Errorf("%s: %v", name, errs)
		}
		for _, wrong := range [][2]string{{`"text"`, `"txt"`}, {`"level": "`, `"level": "x`}, {`"version": "2.1.0"`, `"version": "2.1"`}} {
			if invalid(bytes.Replace(b.Bytes(), []byte(wrong[0]), []byte(wrong[1]), 1)) == nil {
				t.Errorf("%s: the schema takes %s", name, wrong[1])
			}
		}
	}
}

// sarifSchema is the schema that the library holds.
func sarifSchema(t *testing.T) string {
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", reflect.TypeFor[sarif.Report]().PkgPath()).Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(out)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := strconv.Unquote(file.Decls[0].(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSARIFTellsWhatIsSuppressed(t *testing.T) {
	var b bytes.Buffer
	if err := hostile().WriteSARIF(&b, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	shown, prints := map[string]int{}, map[string]bool{}
	for _, res := range run.Results {
		if id := run.Tool.Driver.Rules[res.RuleIndex].ID; id != res.RuleID {
			t.Errorf("%s has the index of %s", res.RuleID, id)
		}
		prints[res.Fingerprints["svcgen/v1"]] = true
		if len(res.Suppressions) == 0 {
			shown[res.Level]++
		}
	}
	if diff := cmp.Diff(map[string]int{"error": 2, "warning": 1, "note": 1}, shown); diff != "" || len(prints) != 6 {
		t.Errorf("%d fingerprints\n%s", len(prints), diff)
	}
	if s := run.Results[5].Suppressions; len(s) != 1 || s[0] != (sarifSuppression{"inSource", "it is meant"}) {
		t.Errorf("the comment's suppression: %v", s)
	}
}

func TestURIsLeadBack(t *testing.T) {
	for _, name := range []string{"a/b.go", "t/cmd/{{ .Service.Name }}/x y.go", "c:d/e", "50%/#?", "/abs/ü"} {
		u, err := url.Parse(uriOf(name))
		if err != nil || u.Path != name || strings.HasPrefix(name, "/") != (u.Scheme == "file") {
			t.Errorf("%s became %s: %v", name, uriOf(name), err)
		}
	}
}

func TestGitHubCommandsAreEscaped(t *testing.T) {
	var b strings.Builder
	if err := hostile().WriteGitHub(&b); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n")
	if len(got) != 5 || got[4] != "" {
		t.Fatalf("%d lines:\n%s", len(got), b.String())
	}
	for i, want := range []string{
		"::notice file=/abs/t/demo/template.yaml,line=1,col=1,title=value-without-help::no help",
		"::error file=t/demo/cmd/{{ .Service.Name }}/a%2Cb%3Ac%25.go,line=3,col=7,title=parse-error::100%25 <wrong> & \"odd\": a,b%0D%0Anext ]]> \x01\xff é%0Awith database=postgres%0Aremedy: mend it",
		"::error file=t/demo/x,title=parse-error::again",
		"::warning file=t/demo/x,line=2,title=output-not-gofmt::not clean",
	} {
		if got[i] != want {
			t.Errorf("got  %q\nwant %q", got[i], want)
		}
	}
}

func TestJUnitFailsFromTheThresholdOn(t *testing.T) {
	for _, c := range []struct {
		least Severity
		never bool
		want  int
	}{{Error, false, 1}, {Warning, false, 2}, {Info, false, 3}, {3, true, 0}} {
		var b strings.Builder
		if err := hostile().WriteJUnit(&b, c.least, c.never, 1500*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		var got junitSuites
		dec := xml.NewDecoder(strings.NewReader(b.String()))
		if err := dec.Decode(&got); err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		if _, err := dec.Token(); err != io.EOF {
			if s, ok := err.(*xml.SyntaxError); ok {
				t.Error(s)
			}
		}
		if got.Tests != 3 || got.Failures != c.want || got.Time != "1.500" || len(got.Suites) != 1 || got.Suites[0].Failures != c.want {
			t.Errorf("from %v on: %d of %d fail\n%s", c.least, got.Failures, got.Tests, b.String())
		}
		first := got.Suites[0].Cases[0]
		if c.want > 0 && (first.Failure.Message != "2 findings" || !strings.Contains(first.Failure.Text, "100% <wrong> & \"odd\": a,b")) {
			t.Errorf("the first failure: %+v", first.Failure)
		}
		if c.want == 0 && (first.Failure != nil || !strings.Contains(first.Output, "again")) {
			t.Errorf("nothing fails: %+v", first)
		}
	}
}

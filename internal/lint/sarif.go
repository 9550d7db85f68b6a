package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
)

// WriteSARIF writes the report as SARIF 2.1.0, the format of code scanners.
// version is svcgen's own. Suppressed findings are part of it, marked as such.
func (r *Report) WriteSARIF(w io.Writer, version string) error {
	log := sarifLog{Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0"}
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "svcgen", Version: version, Rules: []sarifRule{}}
	index := map[string]int{}
	for i, rule := range r.ruleSet() {
		index[rule.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(rule, r.speaks(rule.ID)))
	}
	seen := map[string]int{}
	add := func(f Finding, suppressions []sarifSuppression) {
		text := f.Message
		if len(f.With) > 0 {
			text += " (with " + Choice(f.With) + ")"
		}
		at := sarifLocation{}
		at.Physical.Artifact.URI = uriOf(f.File)
		at.Physical.Region = sarifRegion{max(f.Line, 1), f.Col}
		run.Results = append(run.Results, sarifResult{
			RuleID: f.Rule, RuleIndex: index[f.Rule], Level: sarifLevel(f.level), Message: sarifText{Text: text}, Locations: []sarifLocation{at},
			Fingerprints: map[string]string{"svcgen/v1": fingerprint(f, seen)}, Suppressions: suppressions,
		})
	}
	for _, f := range r.Findings {
		add(f, []sarifSuppression{})
	}
	for _, h := range r.Hidden {
		s := sarifSuppression{Kind: "external", Justification: h.Reason}
		if h.How == InSource {
			s.Kind = "inSource"
		}
		add(h.Finding, []sarifSuppression{s})
	}
	log.Runs = []sarifRun{run}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(log)
}

// speaks reports whether the rule found something.
func (r *Report) speaks(rule string) bool {
	return slices.ContainsFunc(r.all(), func(f Finding) bool { return f.Rule == rule })
}

// sarifRuleOf describes a rule, with its whole page where a result refers to it.
func sarifRuleOf(rule Rule, whole bool) sarifRule {
	out := sarifRule{ID: rule.ID, Short: sarifText{Text: rule.Doc}, Full: sarifText{Text: strings.TrimSpace(rule.Doc + " " + rule.Why)}, Help: sarifText{Text: "Remedy: " + rule.Remedy + "."}}
	if whole {
		out.Help.Markdown = Page(rule)
	}
	out.Default.Level = sarifLevel(rule.Severity)
	return out
}

func sarifLevel(s Severity) string { return [...]string{"note", "warning", "error"}[s] }

// uriOf writes a path as a URI: relative, or of a file on this machine. Names in
// templates hold braces and spaces.
func uriOf(name string) string {
	if path.IsAbs(name) {
		return (&url.URL{Scheme: "file", Path: name}).String()
	}
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	// A colon in the first segment would be taken for a scheme's.
	return strings.ReplaceAll(strings.Join(parts, "/"), ":", "%3A")
}

// fingerprint tells findings apart, whatever lines move; the same finding twice
// in a file has a number.
func fingerprint(f Finding, seen map[string]int) string {
	sum := sha256.Sum256([]byte(f.Rule + "\x00" + f.File + "\x00" + f.Message))
	text := hex.EncodeToString(sum[:16])
	seen[text]++
	return fmt.Sprintf("%s:%d", text, seen[text])
}

// The parts of SARIF that svcgen writes.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string    `json:"id"`
		Short   sarifText `json:"shortDescription"`
		Full    sarifText `json:"fullDescription"`
		Help    sarifText `json:"help"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions"` // empty: none, rather than not known
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region sarifRegion `json:"region"`
		} `json:"physicalLocation"`
	}
	sarifRegion struct {
		Line int `json:"startLine"`
		Col  int `json:"startColumn,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
)

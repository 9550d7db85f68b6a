package lint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
)

// Baseline is findings that were there before somebody began to lint; they do
// not count. Lines are not part of it, so that edits elsewhere in a file do not
// bring old findings back.
type Baseline struct{ counts map[known]int }

// known is what findings of a baseline have in common.
type known struct {
	Rule    string `json:"rule"`
	File    string `json:"file"` // seen from the baseline's folder
	Message string `json:"message"`
}

type baselineJSON struct {
	Version  int          `json:"version"`
	Findings []countedOne `json:"findings"`
}

type countedOne struct {
	known
	Count int `json:"count,omitempty"` // one where it is left out
}

// ParseBaseline reads what Baseline.Bytes wrote.
func ParseBaseline(file string, data []byte) (*Baseline, error) {
	var j baselineJSON
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&j); err != nil {
		return nil, (&diag.Error{File: file, Msg: "is not a baseline: " + err.Error()}).WithHint("svcgen lint --write-baseline writes it anew")
	}
	if j.Version != 1 {
		return nil, (&diag.Error{File: file, Msg: fmt.Sprintf("version %d is not one that this svcgen reads", j.Version)}).WithHint("upgrade svcgen")
	}
	b := &Baseline{map[known]int{}}
	for _, f := range j.Findings {
		b.counts[f.known] += max(f.Count, 1)
	}
	return b, nil
}

// Bytes writes the baseline, a finding a line, in a stable order.
func (b *Baseline) Bytes() []byte {
	list := []known{}
	for k := range b.counts {
		list = append(list, k)
	}
	slices.SortFunc(list, func(x, y known) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Message, y.Message))
	})
	var out bytes.Buffer
	out.WriteString("{\"version\": 1, \"findings\": [")
	for i, k := range list {
		one := countedOne{known: k}
		if n := b.counts[k]; n > 1 {
			one.Count = n
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n  ")
		out.Write(compactJSON(one))
	}
	out.WriteString("\n]}\n")
	return out.Bytes()
}

func compactJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // texts and numbers alone
	}
	return bytes.TrimSpace(b.Bytes())
}

// NewBaseline is a baseline of the findings in the report of inputs, which all
// have the same baseline until now: of those shown, of those that it hid, and of
// those in templates that are not among the inputs.
func NewBaseline(r *Report, inputs []Input) *Baseline {
	b := &Baseline{map[known]int{}}
	if old := inputs[0].Baseline; old != nil {
		for k, n := range old.counts {
			if !slices.ContainsFunc(inputs, func(in Input) bool { return within(in.BaselinePlace, k.File) }) {
				b.counts[k] = n
			}
		}
	}
	for _, f := range r.Findings {
		b.counts[known{f.Rule, f.place, f.Message}]++
	}
	for _, h := range r.Hidden {
		if h.How == InBaseline {
			b.counts[known{h.Rule, h.place, h.Message}]++
		}
	}
	return b
}

// Len is how many findings the baseline holds.
func (b *Baseline) Len() int {
	n := 0
	for _, c := range b.counts {
		n += c
	}
	return n
}

// within reports whether a path is in a folder; "." holds every path.
func within(folder, name string) bool {
	return folder == "." || strings.HasPrefix(name, folder+"/")
}

package insert

import "errors"

// The check. What a splice was meant to do is done to the documents as the
// library reads them, from the address alone, and the result is compared with
// the documents that the library reads in the new file. Nothing of the scanner
// takes part, except the index of the new entry. So a splice that lands inside
// a scalar, below another parent or at another depth fails, and so does one
// whose bytes mean something else there.
//
// The library reads some 10 MB/s, which is too slow for large files. Of a file
// of more than yamlSmall bytes it is therefore shown an excerpt: the same
// address in a file from which whole entries of block collections are left out,
// but not those on the path, not those around the splice, and not those whose
// anchors are used in what is left (yaml_region.go).
//
// What could the excerpt hide? The bytes that are left out are whole lines, and
// an entry of a block collection means the same whatever entries stand beside
// it: YAML gives a line its place by its indentation and by the scalar or the
// bracket that is open above it, and an anchor by the last definition above. So
// the excerpt could deceive only if the scanner took the wrong lines for whole
// entries: if a scalar or a bracket that is open in truth ran from the lines
// left out into the excerpt or out of it. Three things stand against that.
// First, the excerpt keeps the neighbours of the splice as far as yamlAround
// reaches; if a scalar from far above were open at the splice, the scanner would
// have had to read all those lines as something else, and the library would
// have had to agree with it on each. Second, the new file is scanned as well,
// and every node of it must be where it was. Third, that the scanner reads files
// as the library does is itself tested, by fuzzing one against the other. Where
// the excerpt does not pass, the library reads both files whole, and its word
// counts.

const (
	yamlSmall  = 16 << 10 // a file up to this size is checked whole
	yamlAround = 1 << 10  // so many bytes around a splice stay in the excerpt
	yamlLarge  = 64 << 10 // an excerpt larger than this is not worth it
)

// checkInsert makes sure that out is the file with exactly the entry more.
func (p *yamlPlace) checkInsert(out []byte, e yamlEdit, x *yamlText) error {
	if p.brief(out, e, len(p.steps), true, func(m *yamlModel, skipped int) error {
		return m.insert(p.a, e.index-skipped, x.value)
	}) {
		return nil
	}
	return p.check(p.t.data, out, p.a.Doc, "putting the entry in", func(m *yamlModel) error {
		return m.insert(p.a, e.index, x.value)
	})
}

// checkRemove makes sure that out is the file with exactly the entry less that
// is e.index in the collection to which depth segments lead.
func (p *yamlPlace) checkRemove(out []byte, e yamlEdit, depth int) error {
	seg := p.a.Key
	if depth < len(p.a.Path) {
		seg = p.a.Path[depth]
	}
	remove := func(m *yamlModel, skipped int) error {
		return m.remove(p.a.Doc, p.a.Path[:depth], seg, e.index-skipped)
	}
	if p.brief(out, e, depth, false, remove) {
		return nil
	}
	return p.check(p.t.data, out, p.a.Doc, "taking the entry out", func(m *yamlModel) error { return remove(m, 0) })
}

// check compares the file before, edited, with the file after.
func (p *yamlPlace) check(before, after []byte, doc int, what string, edit func(*yamlModel) error) error {
	old, err := yamlDocs(before)
	if err != nil {
		return &Error{Reason: Invalid, File: p.name, Msg: "does not parse as YAML: " + err.Error()}
	}
	fail := func(err error) error {
		return &Error{Reason: Unsafe, File: p.name, Msg: what + " would change more than " + p.a.String() + ": " + err.Error(),
			Hint: "edit the file by hand"}
	}
	now, err := yamlDocs(after)
	if err != nil {
		return fail(err)
	}
	m := &yamlModel{docs: old}
	if doc >= max(len(old), 1) {
		return fail(errors.New("the document is not there"))
	}
	if err := edit(m); err != nil {
		return fail(err)
	}
	if err := m.equal(now); err != nil {
		return fail(err)
	}
	return nil
}

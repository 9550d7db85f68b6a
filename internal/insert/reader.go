package insert

// Reader looks for many entries in one file, and parses that file once. It must
// not be used by several goroutines at a time.
type Reader struct {
	name string
	data []byte
	src  *source
	open error // why the file is no text

	parsed bool
	yaml   *yamlTree
	mod    *modFile
	bad    error // why it does not parse
}

// NewReader returns a reader of the file that has this name and content.
func NewReader(name string, data []byte) *Reader {
	r := &Reader{name: name, data: data}
	r.src, r.open = newSource(name, data)
	return r
}

// Has returns nil when the entry is at a, and else the error that Find returns.
func (r *Reader) Has(a Address, text []byte) error {
	if r.open != nil {
		return r.open
	}
	if err := r.src.fits(a, text); err != nil {
		return err
	}
	var err error
	switch f := FormatOf(r.name); {
	case f == YAML && a.Kind == At:
		err = r.inYAML(a, text)
	case f == GoMod && a.Kind == Require, f == GoWork && a.Kind == Use:
		err = r.inMod(a)
	default:
		_, err := Find(r.name, r.data, a, text)
		return err
	}
	return hinted(err, languageOf(FormatOf(r.name)), a, text)
}

func (r *Reader) inYAML(a Address, text []byte) error {
	if !r.parsed {
		r.parsed = true
		p, err := locate(r.name, r.data, a)
		if p == nil {
			r.bad = err
		} else {
			r.yaml = p.t
		}
	}
	if r.bad != nil {
		return r.bad
	}
	p := &yamlPlace{name: r.name, a: a, t: r.yaml}
	if err := p.walk(); err != nil {
		return err
	}
	_, err := p.entry(text)
	return err
}

func (r *Reader) inMod(a Address) error {
	if !r.parsed {
		r.parsed = true
		r.mod, r.bad = parseMod(r.src, a.Kind)
	}
	if r.bad != nil {
		return r.bad
	}
	_, err := r.mod.find(a)
	return err
}

package insert

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/tailscale/hujson"
)

// jsonQuote writes s as a JSON string.
func jsonQuote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

func jsonInsert(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseJSON(s)
	if err != nil {
		return nil, err
	}
	e, err := jsonEntry(s, text)
	if err != nil {
		return nil, err
	}
	if f.root == nil {
		return f.insertRoot(a, text)
	}
	p, err := f.resolve(a.Path)
	if err != nil {
		return nil, err
	}
	body := bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	key := a.Key
	switch {
	case len(p.rest) > 0 && !a.Create:
		return nil, f.noParent(a, p)
	case len(p.rest) > 0:
		if key, body, err = f.wrap(a, p, p.rest, body); err != nil {
			return nil, err
		}
	default:
		if err := f.free(a, p, e, text); err != nil {
			return nil, err
		}
	}
	return f.put(p, key, body, a.Peers)
}

// free reports an entry that is there already, or does not fit its place.
func (f *jsonFile) free(a Address, p jsonPlace, e *hujson.Value, text []byte) error {
	arr, isArray := p.v.Value.(*hujson.Array)
	switch {
	case isArray && a.Key == "":
		i, err := f.equal(arr, a, text)
		if err == nil && i >= 0 {
			err = f.fail(Exists, arr.Elements[i].StartOffset, "%s has this element already", where(a.Path))
		}
		return err
	case a.Key == "":
		return f.fail(Mismatch, p.v.StartOffset, "%s is %s: an entry there needs a key", where(a.Path), jsonKind(p.v))
	}
	i, err := f.child(p.v, a.Path, a.Key)
	switch {
	case err != nil:
		return err
	case i >= 0:
		return f.fail(Exists, f.list(p.v).items[i].start, "%s is there already", a)
	case isArray && !jsonMatches(e, a.Key):
		return f.fail(Invalid, -1, "the entry does not satisfy %s", a.Key)
	}
	return nil
}

// wrap puts the parents that are missing around an entry. Every parent is an
// object, but the innermost is an array when the entry is an element.
func (f *jsonFile) wrap(a Address, p jsonPlace, rest []string, body []byte) (key string, value []byte, err error) {
	for i, segment := range rest {
		if _, _, ok := selector(segment); ok {
			to := a.Path[:len(a.Path)-len(rest)+i+1]
			return "", nil, f.fail(Missing, p.offset(), "there is no %s, and an element cannot be made up", where(to))
		}
	}
	if a.Key == "" {
		return "", nil, f.fail(Mismatch, -1, "an entry under %s needs a key, as that does not exist yet", where(a.Path))
	}
	value = body
	key = a.Key
	if _, _, ok := selector(key); ok {
		value = []byte("[\n" + string(value) + "\n]")
		key, rest = rest[len(rest)-1], rest[:len(rest)-1]
	}
	for i := len(rest) - 1; i >= 0; i-- {
		value = []byte("{\n" + jsonQuote(key) + ": " + string(value) + "\n}")
		key = rest[i]
	}
	return key, value, nil
}

// put splices an entry into p's object or array and checks the result.
func (f *jsonFile) put(p jsonPlace, key string, body []byte, peers []string) ([]byte, error) {
	l := f.list(p.v)
	name := ""
	_, isArray := p.v.Value.(*hujson.Array)
	if !isArray {
		name = jsonQuote(key) + ":"
		if !f.tight {
			name += " "
		}
	}
	at := place(key, len(l.items), func(i int) (string, bool) { return jsonPeer(p.v, i, peers) })
	if isArray && key == "" {
		at = len(l.items)
	}
	out := apply(f.data, l.insert(at, func(indent string, own bool) string {
		if !own {
			if text, ok := jsonInline(body, f.tight); ok {
				return name + text
			}
		}
		return name + jsonIndent(body, indent, f.unit, f.eol)
	})...)
	if err := f.checkInsert(out, append(p.trail, at), key, body); err != nil {
		return nil, err
	}
	return out, nil
}

// jsonPeer gives the key by which child i of v is one of peers.
func jsonPeer(v *hujson.Value, i int, peers []string) (string, bool) {
	for _, peer := range peers {
		switch c := v.Value.(type) {
		case *hujson.Object:
			if jsonText(&c.Members[i].Name) == peer {
				return peer, true
			}
		case *hujson.Array:
			if jsonMatches(&c.Elements[i], peer) {
				return peer, true
			}
		}
	}
	return "", false
}

// insertRoot writes the first value of a file that has none.
func (f *jsonFile) insertRoot(a Address, text []byte) ([]byte, error) {
	if len(a.Path) > 0 && !a.Create {
		return nil, f.fail(Missing, -1, "the file holds no value")
	}
	body := bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	key, value, err := f.wrap(a, jsonPlace{}, append([]string{""}, a.Path...), body)
	if err != nil {
		return nil, err
	}
	_ = key // the root has no name
	root := jsonIndent(value, "", f.unit, f.eol) + f.eol
	if len(f.data) > f.base && !bytes.HasSuffix(f.data, []byte("\n")) {
		root = f.eol + root
	}
	out := append(bytes.Clone(f.data), root...)
	after, err := decodeJSON((&source{data: out, base: f.base}).visible())
	if err != nil {
		return nil, f.fail(Unsafe, -1, "with the entry the file would no longer parse: %v", err)
	}
	if want, err := decodeJSON(value); err != nil || !sameJSON(&after, &want) {
		return nil, f.fail(Unsafe, -1, "the entry would change more than itself")
	}
	return out, nil
}

func jsonRemove(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseJSON(s)
	if err != nil {
		return nil, err
	}
	p, i, err := f.entry(a, text)
	if err != nil {
		return nil, err
	}
	// A parent that holds nothing but the entry was created with it.
	for a.Create && len(p.up) > 0 && f.lonely(p.v) {
		n := len(p.up) - 1
		p.v, i = p.up[n], p.trail[n]
		p.up, p.trail = p.up[:n], p.trail[:n]
	}
	out := apply(f.data, f.list(p.v).remove(i)...)
	if err := f.checkRemove(out, append(p.trail, i)); err != nil {
		return nil, err
	}
	return out, nil
}

// lonely tells whether v holds one entry and no comment beside it.
func (f *jsonFile) lonely(v *hujson.Value) bool {
	l := f.list(v)
	if len(l.items) != 1 {
		return false
	}
	around := string(f.data[l.open:l.items[0].start]) + string(f.data[l.items[0].end:l.close])
	return strings.Trim(around, " \t\r\n,") == ""
}

func jsonFind(s *source, a Address, text []byte) (Span, error) {
	f, err := parseJSON(s)
	if err != nil {
		return Span{}, err
	}
	p, i, err := f.entry(a, text)
	if err != nil {
		return Span{}, err
	}
	it := f.list(p.v).items[i]
	return Span{it.start, it.end}, nil
}

func jsonValue(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseJSON(s)
	if err != nil {
		return nil, err
	}
	p, i, err := f.entry(a, text)
	if err != nil {
		return nil, err
	}
	v := jsonChild(p.v, i)
	raw := bytes.ReplaceAll(f.data[v.StartOffset:v.EndOffset], []byte("\r\n"), []byte("\n"))
	return []byte(jsonIndent(raw, "", "  ", "\n")), nil
}

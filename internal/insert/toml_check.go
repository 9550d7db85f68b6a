package insert

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// tomlAt is the value to which trail leads.
func tomlAt(v any, trail []any) any {
	for _, step := range trail {
		switch c := v.(type) {
		case map[string]any:
			name, _ := step.(string)
			v = c[name]
		case []any:
			i, ok := step.(int)
			if !ok || i >= len(c) {
				return nil
			}
			v = c[i]
		default:
			return nil
		}
	}
	return v
}

// grafted is v with entry put below trail: as the key or index step.
func grafted(v any, trail []any, step any, entry any) any {
	if len(trail) > 0 {
		switch c := v.(type) {
		case map[string]any:
			out := maps.Clone(c)
			name, _ := trail[0].(string)
			out[name] = grafted(c[name], trail[1:], step, entry)
			return out
		case []any:
			out := slices.Clone(c)
			if i, ok := trail[0].(int); ok && i < len(c) {
				out[i] = grafted(c[i], trail[1:], step, entry)
			}
			return out
		}
		return v
	}
	switch c := v.(type) {
	case map[string]any:
		out := maps.Clone(c)
		if name, ok := step.(string); ok {
			out[name] = entry
		}
		return out
	case []any:
		if i, ok := step.(int); ok && i <= len(c) {
			return slices.Insert(slices.Clone(c), i, entry)
		}
	}
	return v
}

// dropped is v without the value to which trail leads.
func dropped(v any, trail []any) any {
	switch c := v.(type) {
	case map[string]any:
		name, _ := trail[0].(string)
		out := maps.Clone(c)
		if len(trail) == 1 {
			delete(out, name)
		} else {
			out[name] = dropped(c[name], trail[1:])
		}
		return out
	case []any:
		i, ok := trail[0].(int)
		if !ok || i >= len(c) {
			return v
		}
		out := slices.Clone(c)
		if len(trail) == 1 {
			return slices.Delete(out, i, i+1)
		}
		out[i] = dropped(c[i], trail[1:])
		return out
	}
	return v
}

// sameTOML compares values; a NaN equals a NaN here.
func sameTOML(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, sameTOML)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, sameTOML)
	case float64:
		y, ok := b.(float64)
		return ok && (x == y || math.IsNaN(x) && math.IsNaN(y))
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Format(time.RFC3339Nano) == y.Format(time.RFC3339Nano)
	}
	return reflect.DeepEqual(a, b)
}

// becomes makes sure that out means want.
func (f *tomlFile) becomes(out []byte, want any, what string) error {
	var is map[string]any
	if err := toml.Unmarshal((&source{data: out, base: f.base}).visible(), &is); err != nil {
		return f.fail(Unsafe, -1, "%s the file would no longer parse: %v", what, err)
	}
	if is == nil {
		is = map[string]any{}
	}
	if !sameTOML(is, want) {
		return f.fail(Unsafe, -1, "%s more of the file would change than the entry", what)
	}
	return nil
}

package merge

import (
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// directive is a kind of line of go.mod that is merged by key and value. A value
// is never empty where there is a line.
type directive struct {
	name  string
	read  func(f *modfile.File) map[string]string
	write func(f *modfile.File, key, value string) error // an empty value takes it out
}

// directiveKinds are module, replace, exclude, tool, ignore and godebug. A service
// is no library: retract stays as people have it.
func directiveKinds() []directive {
	return []directive{
		{"module", func(f *modfile.File) map[string]string {
			if f.Module == nil {
				return map[string]string{}
			}
			return map[string]string{"": f.Module.Mod.Path}
		}, func(f *modfile.File, _, path string) error {
			if path == "" {
				return nil
			}
			return f.AddModuleStmt(path)
		}},
		{"replace", func(f *modfile.File) map[string]string {
			out := map[string]string{}
			for _, r := range f.Replace {
				out[versionKey(r.Old)] = versionKey(r.New)
			}
			return out
		}, setReplace},
		{"exclude", func(f *modfile.File) map[string]string {
			out := map[string]string{}
			for _, x := range f.Exclude {
				out[versionKey(x.Mod)] = "there"
			}
			return out
		}, func(f *modfile.File, key, value string) error {
			v := keyVersion(key)
			if value == "" {
				return f.DropExclude(v.Path, v.Version)
			}
			return f.AddExclude(v.Path, v.Version)
		}},
		{"tool", func(f *modfile.File) map[string]string {
			out := map[string]string{}
			for _, x := range f.Tool {
				out[x.Path] = "there"
			}
			return out
		}, func(f *modfile.File, key, value string) error {
			if value == "" {
				return f.DropTool(key)
			}
			return f.AddTool(key)
		}},
		{"ignore", func(f *modfile.File) map[string]string {
			out := map[string]string{}
			for _, x := range f.Ignore {
				out[x.Path] = "there"
			}
			return out
		}, func(f *modfile.File, key, value string) error {
			if value == "" {
				return f.DropIgnore(key)
			}
			return f.AddIgnore(key)
		}},
		{"godebug", func(f *modfile.File) map[string]string {
			out := map[string]string{}
			for _, x := range f.Godebug {
				out[x.Key] = x.Value
			}
			return out
		}, func(f *modfile.File, key, value string) error {
			if value == "" {
				return f.DropGodebug(key)
			}
			return f.AddGodebug(key, value)
		}},
	}
}

// versionKey writes a module version as its path, a tab and its version, if it
// has one; keyVersion reads that. A local path may hold blanks.
func versionKey(v module.Version) string { return strings.TrimSuffix(v.Path+"\t"+v.Version, "\t") }

func keyVersion(key string) module.Version {
	p, v, _ := strings.Cut(key, "\t")
	return module.Version{Path: p, Version: v}
}

// setReplace makes old's replacement new, adds it, or takes it out. modfile's
// AddReplace would drop those of other versions, DropReplace a line's comments.
func setReplace(f *modfile.File, old, new string) error {
	was := keyVersion(old)
	if new == "" {
		return f.DropReplace(was.Path, was.Version)
	}
	i := slices.IndexFunc(f.Replace, func(r *modfile.Replace) bool { return r.Old == was })
	if i < 0 {
		const any = "v0.0.0-any"
		if err := f.AddReplace(was.Path, any, "./new", ""); err != nil {
			return err
		}
		i = slices.IndexFunc(f.Replace, func(r *modfile.Replace) bool { return r.Old == module.Version{Path: was.Path, Version: any} })
	}
	r := f.Replace[i]
	r.Old, r.New = was, keyVersion(new)
	r.Syntax.Token = nil
	if !r.Syntax.InBlock {
		r.Syntax.Token = []string{"replace"}
	}
	for _, word := range []string{was.Path, was.Version, "=>", r.New.Path, r.New.Version} {
		if word != "" {
			r.Syntax.Token = append(r.Syntax.Token, modfile.AutoQuote(word))
		}
	}
	return nil
}

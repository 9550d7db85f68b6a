package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestContracts replays what other services of the workspace expect of this one.
// Whatever fails here breaks the service that is named: change what this service
// does so that both are right, or that one first.
func TestContracts(t *testing.T) {
	found := contractsWith(t, "credit")
	if len(found) == 0 {
		t.Skip("NOTHING TESTED: no service around this one has a contract with credit")
	}
	for _, c := range found {
		t.Run(c.Consumer, func(t *testing.T) {
			if len(c.Exchanges) == 0 {
				t.Skipf("NOTHING TESTED: %s has no exchange", c.file)
			}
			c.replay(t, newTestAPI(t))
		})
	}
}

// contract is a file in the folder contracts of another service.
type contract struct {
	Consumer, Provider string
	Exchanges          []struct {
		Name    string
		Request struct {
			Method, Path  string
			Query, Header map[string]any
			Body          any
		}
		Response struct {
			Status int
			Body   any
		}
	}
	file string
}

// contractsWith reads the contracts of the workspace's services with provider. A
// service copied out of its workspace finds none.
func contractsWith(t *testing.T, provider string) (out []contract) {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := here
	for !exists(filepath.Join(root, "svcgen.yaml")) {
		if root == filepath.Dir(root) {
			return nil
		}
		root = filepath.Dir(root)
	}
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && d == nil:
			return err
		case err != nil:
			return fs.SkipDir // not for us to read
		case !d.IsDir():
			return nil
		case p != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "vendor"):
			return fs.SkipDir
		case !exists(filepath.Join(p, "service.yaml")):
			return nil
		}
		files, err := filepath.Glob(filepath.Join(p, "contracts", "*.json"))
		if err != nil {
			return err
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			c := contract{file: file}
			if err := json.Unmarshal(data, &c); err != nil {
				t.Errorf("%s: %v", file, err)
			} else if c.Provider == provider {
				out = append(out, c)
			}
		}
		return fs.SkipDir
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func exists(file string) bool { _, err := os.Stat(file); return err == nil }

// replay sends the contract's requests, in order, and compares the answers.
func (c contract) replay(t *testing.T, a *testAPI) {
	answers := map[string]any{}
	for _, e := range c.Exchanges {
		at := fmt.Sprintf("%s relies on %s (%s)", c.Consumer, e.Name, filepath.Base(c.file))
		fill := func(text string, escape func(string) string) string {
			return reference.ReplaceAllStringFunc(text, func(ref string) string {
				v := member(answers, strings.Split(strings.Trim(ref, "{}"), "."))
				if v == nil {
					t.Errorf("%s: no answer before it has %s", at, ref)
				}
				return escape(textOf(v))
			})
		}
		plain := func(text string) string { return fill(text, func(s string) string { return s }) }
		path, query := fill(e.Request.Path, url.PathEscape), url.Values{}
		for k, v := range e.Request.Query {
			several, ok := v.([]any)
			if !ok {
				several = []any{v}
			}
			for _, one := range several {
				query.Add(k, plain(textOf(one)))
			}
		}
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		var header []string
		for k, v := range e.Request.Header {
			header = append(header, k+": "+plain(textOf(v)))
		}
		body := ""
		if e.Request.Body != nil {
			data, err := json.Marshal(each(e.Request.Body, plain))
			if err != nil {
				t.Fatal(err)
			}
			body = string(data)
			header = append(header, "Content-Type: application/json")
		}
		w := a.do(t, e.Request.Method, path, body, header...)
		var got any
		if w.Body.Len() > 0 {
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Errorf("%s: %v: %s", at, err, w.Body)
			}
		}
		if w.Code != e.Response.Status {
			t.Errorf("%s: %s %s is answered with %d, want %d: %s", at, e.Request.Method, path, w.Code, e.Response.Status, w.Body)
			continue
		}
		for _, lack := range shape("", e.Response.Body, got) {
			t.Errorf("%s: in the answer to %s %s %s", at, e.Request.Method, path, lack)
		}
		answers[e.Name] = got
	}
}

var reference = regexp.MustCompile(`\{[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+\}`)

// textOf is a member as it stands in a path.
func textOf(v any) string {
	if n, ok := v.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// each returns v with every text in it changed.
func each(v any, change func(string) string) any {
	switch v := v.(type) {
	case string:
		return change(v)
	case []any:
		for i := range v {
			v[i] = each(v[i], change)
		}
	case map[string]any:
		for k := range v {
			v[k] = each(v[k], change)
		}
	}
	return v
}

// member follows a path through objects; nil where it leads nowhere.
func member(v any, path []string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// shape tells where got lacks what want has: members, elements, and types. More
// may be there, and values may differ.
func shape(at string, want, got any) (lacks []string) {
	lack := func(what string) {
		lacks = append(lacks, fmt.Sprintf("%s is no %s but %v", cmp.Or(at, "the body"), what, got))
	}
	switch want := want.(type) {
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok {
			lack("object")
			return lacks
		}
		for k, v := range want {
			if _, there := m[k]; !there {
				lacks = append(lacks, fmt.Sprintf("there is no %s/%s", at, k))
				continue
			}
			lacks = append(lacks, shape(at+"/"+k, v, m[k])...)
		}
	case []any:
		l, ok := got.([]any)
		if !ok || len(want) > 0 && len(l) == 0 {
			lack("list with an element")
			return lacks
		}
		for i := range l {
			if len(want) > 0 {
				lacks = append(lacks, shape(fmt.Sprintf("%s/%d", at, i), want[min(i, len(want)-1)], l[i])...)
			}
		}
	case string:
		s, ok := got.(string)
		if !ok {
			lack("text")
		} else if _, err := time.Parse(time.RFC3339, want); err == nil {
			if _, err := time.Parse(time.RFC3339, s); err != nil {
				lack("time such as " + want)
			}
		}
	case float64:
		n, ok := got.(float64)
		if !ok {
			lack("number")
		} else if want == float64(int64(want)) && n != float64(int64(n)) {
			lack("whole number")
		}
	case bool:
		if _, ok := got.(bool); !ok {
			lack("true or false")
		}
	}
	return lacks
}

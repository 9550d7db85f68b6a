package api

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"testing"
)

// What api/openapi.json says must be what the code does. Order and white space
// do not matter.
func TestOpenAPI(t *testing.T) {
	written, err := os.ReadFile("../../api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	w := newTestAPI(t).do(t, "GET", "/openapi.json", "")
	var file, code any
	if err := json.Unmarshal(written, &file); err != nil {
		t.Fatalf("api/openapi.json: %v", err)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &code); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if diffs := differences("", file, code); len(diffs) > 0 {
		for _, d := range diffs {
			t.Error(d)
		}
		t.Log("`make openapi` writes api/openapi.json anew")
	}
}

// differences tells where file and code part, with the path that leads there.
func differences(path string, file, code any) []string {
	f, ok1 := file.(map[string]any)
	c, ok2 := code.(map[string]any)
	if !ok1 || !ok2 {
		if reflect.DeepEqual(file, code) {
			return nil
		}
		return []string{fmt.Sprintf("%s: api/openapi.json has %v, the code %v", path, file, code)}
	}
	var out []string
	for k := range f {
		if _, ok := c[k]; !ok {
			out = append(out, fmt.Sprintf("%s/%s: the code has no such thing", path, k))
		} else {
			out = append(out, differences(path+"/"+k, f[k], c[k])...)
		}
	}
	for k := range c {
		if _, ok := f[k]; !ok {
			out = append(out, fmt.Sprintf("%s/%s: api/openapi.json has no such thing", path, k))
		}
	}
	return out
}

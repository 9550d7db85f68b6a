package main_test

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestCatalogInfoIsBackstages holds rendered catalog-info.yaml files against
// Backstage's descriptor format (backstage.io/docs/features/software-catalog/descriptor-format):
// the envelope, names, and the fields that kinds must have.
func TestCatalogInfoIsBackstages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "card-payments", "--init", "-C", dir)
	run(t, dir, "new", "ledger", "--owner", "team-ledger", "--set", "database=postgres")
	run(t, dir, "new", "fraud", "--template", "worker")
	run(t, dir, "new", "books", "--template", "rpc", "--set", "database=postgres")
	run(t, dir, "new", "edge", "--template", "gateway")
	run(t, dir, "new", "shopfront", "--template", "web")
	for _, service := range []string{"card-payments", "ledger", "fraud", "books", "edge", "shopfront"} {
		for _, fault := range backstage(readFile(t, dir, "services/"+service+"/catalog-info.yaml")) {
			t.Errorf("%s: %s", service, fault)
		}
	}
	for _, bad := range []string{
		"apiVersion: v1\nkind: Component\nmetadata: {name: a}\nspec: {type: service, lifecycle: x, owner: y}\n",
		"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a b}\nspec: {type: service, lifecycle: x, owner: y}\n",
		"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\nspec: {type: service, lifecycle: x, owner: ''}\n",
		"apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: a}\nspec: {type: openapi, lifecycle: x, owner: y}\n",
		"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\nspec: {type: service, lifecycle: x, owner: y, providesApis: [b]}\n",
		"",
	} {
		if len(backstage(bad)) == 0 {
			t.Errorf("it takes\n%s", bad)
		}
	}
}

var (
	entityName     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)
	annotationName = regexp.MustCompile(`^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)
)

// backstage lists what is wrong with a catalog-info.yaml.
func backstage(text string) (faults []string) {
	fail := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	apis, provided := map[string]bool{}, []string{}
	entities := 0
	for dec := yaml.NewDecoder(strings.NewReader(text)); ; entities++ {
		var e struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string
			Metadata   struct {
				Name        string
				Annotations map[string]string
			}
			Spec map[string]any
		}
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return []string{err.Error()}
		}
		if e.APIVersion != "backstage.io/v1alpha1" && e.APIVersion != "backstage.io/v1beta1" {
			fail("apiVersion %q", e.APIVersion)
		}
		if !entityName.MatchString(e.Metadata.Name) {
			fail("the name %q", e.Metadata.Name)
		}
		for k := range e.Metadata.Annotations {
			if !annotationName.MatchString(k) {
				fail("the annotation %q", k)
			}
		}
		required := map[string][]string{"Component": {"type", "lifecycle", "owner"}, "API": {"type", "lifecycle", "owner"}, "Resource": {"type", "owner"}, "System": {"owner"}}[e.Kind]
		if required == nil {
			fail("the kind %q", e.Kind)
		}
		for _, field := range required {
			if s, _ := e.Spec[field].(string); s == "" {
				fail("%s %s has no spec.%s", e.Kind, e.Metadata.Name, field)
			}
		}
		if e.Kind == "API" {
			apis[e.Metadata.Name] = true
			definition, _ := e.Spec["definition"].(map[string]any)
			if s, _ := e.Spec["definition"].(string); s == "" && definition["$text"] == nil {
				fail("the API %s has no definition", e.Metadata.Name)
			}
		}
		list, _ := e.Spec["providesApis"].([]any)
		for _, name := range list {
			provided = append(provided, fmt.Sprint(name))
		}
	}
	for _, name := range provided {
		if !apis[name] {
			fail("the API %s is provided, and is not there", name)
		}
	}
	if entities == 0 {
		fail("there is no entity")
	}
	return faults
}

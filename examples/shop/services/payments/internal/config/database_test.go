package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDatabaseURL(t *testing.T) {
	for value, want := range map[string]string{
		"postgres://localhost/x":                         "",
		"postgresql://u:hunter2@db:5432/x?sslmode=allow": "",
		"postgres:///x?host=/run/postgresql":             "",
		"":                                               "is not set",
		"postgres://u:hunter2%zz@db/x":                   "is no URL",
		"mysql://u:hunter2@db/x":                         "postgres://",
		"host=db password=hunter2":                       "postgres://",
		"postgres://u:hunter2@db:here/x":                 "is no URL",
		"postgres://u:hunter2@db/x?sslmode=sometimes":    "behind the ?",
		"postgres://u:hunter2@db/x?pool_max_conns=many":  "behind the ?",
		"postgres://db/x?password=hunter2&sslmode=no":    "behind the ?",
	} {
		c, err := load(map[string]string{"DATABASE_URL": value})
		switch {
		case want == "" && (err != nil || string(c.DatabaseURL) != value):
			t.Errorf("%s: got %s, %v", value, string(c.DatabaseURL), err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), "DATABASE_URL: ") || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want an error with %q", value, err, want)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%q: the error tells the password: %v", value, err)
		}
	}
}

func TestDatabaseURLFromFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("postgres://u:hunter2@db/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(map[string]string{"DATABASE_URL_FILE": file})
	if err != nil || string(c.DatabaseURL) != "postgres://u:hunter2@db/x" {
		t.Errorf("got %s, %v", string(c.DatabaseURL), err)
	}
	_, err = load(map[string]string{"DATABASE_URL_FILE": file + "x"})
	if err == nil || !strings.Contains(err.Error(), "DATABASE_URL_FILE: ") || strings.Contains(err.Error(), "is not set") {
		t.Errorf("a file that is missing: %v", err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c := Config{DatabaseURL: "postgres://u:hunter2@db/x"}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %s", c, c, c.DatabaseURL), string(encoded)} {
		if strings.Contains(printed, "hunter2") || !strings.Contains(printed, "(secret)") {
			t.Error(printed)
		}
	}
}

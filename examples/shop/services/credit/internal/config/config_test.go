package config

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func load(vars map[string]string) (Config, error) {
	return Load(func(name string) (string, bool) { v, ok := vars[name]; return v, ok })
}

func TestDefaults(t *testing.T) {
	got, err := load(nil)
	want := got // what clients add has a test of its own
	want.HTTPAddr, want.AdminAddr, want.DrainDelay, want.LogLevel = ":8083", ":9083", 5*time.Second, slog.LevelInfo
	want.TracesDisabled, want.TracesExported = false, false
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := load(map[string]string{
		"HTTP_ADDR":       "8083",
		"ADMIN_ADDR":      "localhost:http",
		"DRAIN_DELAY":     "5",
		"LOG_LEVEL":       "loud",
		"LOG_LEVEL_FILE":  "/also",
		"HTTP_ADDR_FILES": "is not a setting",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"HTTP_ADDR: ", "ADMIN_ADDR: ", "DRAIN_DELAY: ", "LOG_LEVEL: \"loud\"", "LOG_LEVEL_FILE; set one of them"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %s in:\n%v", want, err)
		}
	}
}

func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "level")
	if err := os.WriteFile(file, []byte("debug\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := load(map[string]string{"LOG_LEVEL_FILE": file}); err != nil || c.LogLevel != slog.LevelDebug {
		t.Errorf("got %v, %v; want DEBUG", c.LogLevel, err)
	}
	if _, err := load(map[string]string{"LOG_LEVEL_FILE": file + "x"}); err == nil || !strings.Contains(err.Error(), "LOG_LEVEL_FILE: ") {
		t.Errorf("a file that is missing: %v", err)
	}
}

func TestTraces(t *testing.T) {
	for _, c := range []struct {
		vars               map[string]string
		disabled, exported bool
	}{
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, false, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, false, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, false, false},
		{map[string]string{"OTEL_SDK_DISABLED": "True"}, true, false},
	} {
		got, err := load(c.vars)
		if err != nil || got.TracesDisabled != c.disabled || got.TracesExported != c.exported {
			t.Errorf("%v: disabled %t, exported %t, %v", c.vars, got.TracesDisabled, got.TracesExported, err)
		}
	}
}

// Package config reads the service's settings from the environment.
//
// NAME_FILE names a file that holds NAME's value, which is how secrets come in.
// Every setting is read before anything is said, so that all that is wrong is
// said at once. The OTEL_* variables that only say where and how traces are sent
// are left to OpenTelemetry's own libraries.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Config is what can be set. README.md lists the names and their meaning.
type Config struct {
	HTTPAddr   string
	AdminAddr  string
	DrainDelay time.Duration
	LogLevel   slog.Level
	BureauURL  string // of the credit bureau; "": a stand-in answers

	TracesDisabled bool // OTEL_SDK_DISABLED: no span is recorded
	TracesExported bool // there is a collector to send spans to
}

// Load reads the settings through lookup, which is os.LookupEnv outside of
// tests. The error joins one error for each setting that is wrong.
func Load(lookup func(name string) (string, bool)) (Config, error) {
	e := env{lookup: lookup}
	c := Config{
		HTTPAddr:   e.address("HTTP_ADDR", ":8083"),
		AdminAddr:  e.address("ADMIN_ADDR", ":9083"),
		DrainDelay: e.duration("DRAIN_DELAY", 5*time.Second),
		LogLevel:   e.level("LOG_LEVEL", slog.LevelInfo),
		BureauURL:  e.text("BUREAU_URL", ""),

		TracesDisabled: strings.EqualFold(e.plain("OTEL_SDK_DISABLED"), "true"),
		TracesExported: e.plain("OTEL_EXPORTER_OTLP_ENDPOINT")+e.plain("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" &&
			e.plain("OTEL_TRACES_EXPORTER") != "none",
	}
	if u, err := url.Parse(c.BureauURL); c.BureauURL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		e.fail("BUREAU_URL", "is not a URL such as https://bureau.example")
	}
	return c, errors.Join(e.errs...)
}

// env reads variables and gathers what is wrong with them.
type env struct {
	lookup func(string) (string, bool)
	errs   []error
}

func (e *env) fail(name, format string, args ...any) {
	e.errs = append(e.errs, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...)))
}

func (e *env) plain(name string) string {
	value, _ := e.lookup(name)
	return value
}

// text is the variable name, or what the file named by name_FILE holds without
// the line break at its end. An empty variable counts as one that is not set.
func (e *env) text(name, fallback string) string {
	value, file := e.plain(name), e.plain(name+"_FILE")
	switch {
	case value != "" && file != "":
		e.fail(name, "is set, and so is %s_FILE; set one of them", name)
	case file != "":
		data, err := os.ReadFile(file)
		if err != nil {
			e.fail(name+"_FILE", "%v", err)
		}
		value = strings.TrimRight(string(data), "\r\n")
	}
	if value == "" {
		return fallback
	}
	return value
}

func (e *env) address(name, fallback string) string {
	s := e.text(name, fallback)
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		e.fail(name, "%q is not an address such as %s or 127.0.0.1%s", s, fallback, fallback)
	}
	return s
}

func (e *env) duration(name string, fallback time.Duration) time.Duration {
	s := e.text(name, fallback.String())
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		e.fail(name, "%q is not a duration such as %s or 500ms", s, fallback)
	}
	return d
}

func (e *env) level(name string, fallback slog.Level) slog.Level {
	s := e.text(name, fallback.String())
	var l slog.Level
	if err := l.UnmarshalText([]byte(s)); err != nil {
		e.fail(name, "%q is none of debug, info, warn and error", s)
	}
	return l
}

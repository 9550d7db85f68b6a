package config

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func clientOf(vars map[string]string) (Client, error) {
	e := env{lookup: func(name string) (string, bool) { v, ok := vars[name]; return v, ok }}
	c := e.client("LEDGER", "http://ledger:8080")
	return c, errors.Join(e.errs...)
}

func TestClient(t *testing.T) {
	want := Client{URL: "http://ledger:8080", DialTimeout: time.Second, HeaderTimeout: 3 * time.Second, Timeout: 5 * time.Second, MaxInFlight: 64}
	if got, err := clientOf(nil); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	want = Client{URL: "https://x/y", DialTimeout: 1, HeaderTimeout: 2, Timeout: 3, MaxInFlight: 4}
	got, err := clientOf(map[string]string{"LEDGER_URL": "https://x/y", "LEDGER_DIAL_TIMEOUT": "1ns", "LEDGER_HEADER_TIMEOUT": "2ns",
		"LEDGER_TIMEOUT": "3ns", "LEDGER_MAX_IN_FLIGHT": "4"})
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestClientThatIsWrong(t *testing.T) {
	vars := map[string]string{"LEDGER_DIAL_TIMEOUT": "0s", "LEDGER_HEADER_TIMEOUT": "-1s", "LEDGER_TIMEOUT": "5", "LEDGER_MAX_IN_FLIGHT": "0"}
	for _, url := range []string{"ledger:8080", "ftp://ledger", "http://", "http://:80", "http://user:word@ledger/?q", "::"} {
		vars["LEDGER_URL"] = url
		_, err := clientOf(vars)
		for _, name := range []string{"LEDGER_URL", "LEDGER_DIAL_TIMEOUT", "LEDGER_HEADER_TIMEOUT", "LEDGER_TIMEOUT", "LEDGER_MAX_IN_FLIGHT"} {
			if err == nil || !strings.Contains(err.Error(), name+": ") {
				t.Errorf("%s: nothing about %s in: %v", url, name, err)
			}
		}
		if err != nil && strings.Contains(err.Error(), "word") {
			t.Errorf("a password is shown: %v", err)
		}
	}
}

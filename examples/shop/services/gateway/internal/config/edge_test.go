package config

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

func TestEdge(t *testing.T) {
	got, err := load(map[string]string{"CORS_ORIGINS": "https://a.example, http://localhost:5173,", "RATE_LIMIT": "0", "TRUSTED_PROXIES": "10.1.2.3/8,::1"})
	want := Edge{Origins: []string{"https://a.example", "http://localhost:5173"},
		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	if err != nil || !reflect.DeepEqual(got.Edge, want) {
		t.Errorf("got %+v, %v; want %+v", got.Edge, err, want)
	}
}

func TestEdgeThatIsWrong(t *testing.T) {
	for name, values := range map[string][]string{
		"CORS_ORIGINS":    {"*", "a.example", "https://a.example/", "https://a.example/x", "null", "ftp://a.example"},
		"RATE_LIMIT":      {"-1", "many", "1.5"},
		"TRUSTED_PROXIES": {"10.0.0.0/33", "proxy", "10.0.0"},
	} {
		for _, v := range values {
			if _, err := load(map[string]string{name: v}); err == nil || !strings.Contains(err.Error(), name+": ") {
				t.Errorf("%s=%s: %v", name, v, err)
			}
		}
	}
}

func TestFront(t *testing.T) {
	c, err := load(map[string]string{"WEB_URL": "http://web:8080", "WEB_MAX_IN_FLIGHT": "9"})
	if err != nil || c.Front.URL != "http://web:8080" || c.Front.MaxInFlight != 9 {
		t.Errorf("got %+v, %v", c.Front, err)
	}
	if _, err := load(map[string]string{"WEB_URL": "http://web:8080", "WEB_DIR": "/web"}); err == nil || !strings.Contains(err.Error(), "WEB_DIR: ") {
		t.Errorf("both: %v", err)
	}
}

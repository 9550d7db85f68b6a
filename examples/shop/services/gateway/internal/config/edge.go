package config

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Edge is what the gateway asks of clients.
type Edge struct {
	Origins []string       // of other sites whose pages may call; none: this one's alone
	Rate    int            // requests a second of one client; 0: as many as come
	Trusted []netip.Prefix // of proxies in front, which say who the client is
}

// edge reads CORS_ORIGINS, RATE_LIMIT and TRUSTED_PROXIES.
func (e *env) edge() Edge {
	var out Edge
	for _, s := range e.list("CORS_ORIGINS") {
		u, err := url.Parse(s)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || s != u.Scheme+"://"+u.Host {
			e.fail("CORS_ORIGINS", "%q is not an origin such as https://shop.example.com", s)
		}
		out.Origins = append(out.Origins, s)
	}
	for _, s := range e.list("TRUSTED_PROXIES") {
		p, err := netip.ParsePrefix(s)
		if addr, bad := netip.ParseAddr(s); err != nil && bad == nil {
			p, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			e.fail("TRUSTED_PROXIES", "%q is not an address or a network such as 10.0.0.0/8", s)
		}
		out.Trusted = append(out.Trusted, p.Masked())
	}
	s := e.text("RATE_LIMIT", "100")
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1e6 {
		e.fail("RATE_LIMIT", "%q is not a number from 0 to 1000000", s)
	}
	out.Rate = n
	return out
}

// list is what commas separate.
func (e *env) list(name string) (out []string) {
	for s := range strings.SplitSeq(e.text(name, ""), ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

package console

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// policy lets the page load its own files and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard keeps other sites out: a page elsewhere may neither reach the demo by
// a name of its own that points here (only local hosts are answered), nor post
// to it (a POST must come from this very origin).
func (c *Console) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !ours(r.Host, c.conf.Listen) {
			refuse(w, http.StatusForbidden, "This host is not the demo's.", "Open the address that linkline demo printed.")
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			if !sameOrigin(r) {
				refuse(w, http.StatusForbidden, "This did not come from the demo's own page.", "Reload the page and try again.")
				return
			}
			if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
				refuse(w, http.StatusUnsupportedMediaType, "This is not JSON.", "Send application/json.")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// ours tells whether a Host header names this machine. Names other than
// localhost are refused: they may point anywhere. Other addresses are taken
// only where the operator listens on more than loopback.
func ours(host, listen string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip := net.ParseIP(name)
	if ip == nil {
		return false
	}
	if ip.IsLoopback() {
		return true
	}
	on, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	bound := net.ParseIP(strings.Trim(on, "[]"))
	return on == "" || bound != nil && !bound.IsLoopback()
}

// sameOrigin tells whether a browser sent this from our own page. Without an
// Origin nothing is believed: every browser sends it with a POST.
func sameOrigin(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
		return false
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin"
}

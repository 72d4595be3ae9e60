package twilio

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// signed checks the signature against the configured address and the raw
// request URI, with and without the scheme's own port. A body hash in the
// query would make Twilio's rule ignore the form, so such a request is never
// trusted.
//
// A doubled key is signed over in two ways by Twilio's own libraries: over
// the first value, or over the sorted unique values. Either proves who sent
// it, so that it can be told what is wrong.
func (a *Adapter) signed(r *http.Request, form url.Values) bool {
	sig := r.Header.Get("X-Twilio-Signature")
	if sig == "" || r.URL.Query().Has("bodySHA256") {
		return false
	}
	u := *a.conf.PublicURL
	u.Fragment, u.User = "", nil
	full := strings.TrimRight(u.String(), "/") + r.URL.RequestURI()
	first, every := make(map[string]string, len(form)), make(map[string]string, len(form))
	doubled := false
	for k, v := range form {
		first[k] = v[0]
		all := slices.Compact(slices.Sorted(slices.Values(v)))
		every[k] = strings.Join(all, k)
		doubled = doubled || len(v) > 1
	}
	for _, v := range a.valid {
		if v.Validate(full, first, sig) || doubled && v.Validate(full, every, sig) {
			return true
		}
	}
	return false
}

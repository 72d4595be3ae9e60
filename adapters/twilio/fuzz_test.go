package twilio

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"linkline/bot"
)

// FuzzForm feeds the parser forms that are rightly signed and otherwise
// anything: nothing panics, and what comes out is safe to store.
func FuzzForm(f *testing.F) {
	f.Add("MessageSid=SM00000000000000000000000000000001&From=%2B447700900123&To=%2B447700900001&Body=hello")
	f.Add("MessageSid=MM00000000000000000000000000000001&From=whatsapp%3ACO.44&To=whatsapp%3A%2B447700900001&NumMedia=-1&MediaUrl0=file%3A%2F%2F%2Fetc")
	f.Add("MessageSid=SM00000000000000000000000000000001&From=&To=x&Body=%ff%00&NumMedia=99999999999999999999&OptOutType=stop&ProfileName=%ed%a0%80")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		in, err := parse(form, time.Unix(0, 0))
		if err != nil {
			return
		}
		for _, s := range []string{in.Text.Raw(), in.Profile.Raw(), in.Button, in.From.Raw(), in.To.Raw()} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) && s == in.Text.Raw() {
				t.Errorf("%q is not safe to store", s)
			}
		}
		if len(in.Media) > 10 || len(in.ProviderID) != 34 || in.Kind == "" || in.To == "" {
			t.Errorf("%+v", in)
		}
		if in.Kind == bot.KindText && strings.TrimSpace(in.Text.Raw()) == "" {
			t.Error("a text without words")
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("7")
	f.Add("Mon, 02 Mar 2026 09:00:00 GMT")
	f.Add("-99999999999999999999")
	f.Fuzz(func(t *testing.T, s string) {
		if d := retryAfter(s, time.Unix(0, 0)); d < 0 || d > 10*time.Minute {
			t.Errorf("%q waits %v", s, d)
		}
	})
}

package twilio

import (
	"io"
	"net/http"
	"strings"
)

// Spoken is one sentence for people who ring the number, in a language of
// ours.
type Spoken struct{ Lang, Text string }

// voice is a language as Twilio's <Say> names it, and a voice that speaks it.
type voice struct{ lang, name string }

// voices are the languages that Twilio can speak (its text-to-speech page).
// Others have no voice: asking for one would end the call.
var voices = map[string]voice{
	"en": {"en-GB", "Polly.Amy"},
	"ar": {"arb", "Polly.Zeina"},
	"bn": {"bn-IN", "Google.bn-IN-Standard-A"},
	"es": {"es-ES", "Polly.Lucia"},
	"fr": {"fr-FR", "Polly.Celine"},
	"gu": {"gu-IN", "Google.gu-IN-Standard-A"},
	"hi": {"hi-IN", "Polly.Aditi"},
	"it": {"it-IT", "Polly.Carla"},
	"pa": {"pa-IN", "Google.pa-IN-Standard-A"},
	"pl": {"pl-PL", "Polly.Ewa"},
	"pt": {"pt-PT", "Polly.Ines"},
	"ro": {"ro-RO", "Polly.Carmen"},
	"ru": {"ru-RU", "Polly.Tatyana"},
	"ta": {"ta-IN", "Google.ta-IN-Standard-A"},
	"tr": {"tr-TR", "Polly.Filiz"},
	"uk": {"uk-UA", "Google.uk-UA-Standard-A"},
	"vi": {"vi-VN", "Google.vi-VN-Standard-A"},
}

// Speaks tells whether there is a voice for a language.
func Speaks(lang string) bool { _, ok := voices[lang]; return ok }

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// Voice answers people who ring instead of texting. say is given the number
// that was rung.
func (a *Adapter) Voice(say func(to string) []Spoken) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := a.form(w, r)
		if !ok {
			return
		}
		var b strings.Builder
		b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><Response>`)
		for _, s := range say(address(form, "To").Raw()) {
			v, ok := voices[s.Lang]
			if !ok {
				continue
			}
			b.WriteString(`<Say language="` + v.lang + `" voice="` + v.name + `">` + xmlText.Replace(clean(s.Text)) + `</Say>`)
		}
		b.WriteString(`<Hangup/></Response>`)
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, b.String())
	})
}

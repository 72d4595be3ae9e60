package twilio

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"linkline/bot"
)

// What of an untrusted form is kept, in characters.
const (
	maxProfile = 100
	maxPayload = 200 // Twilio's own limit for button ids
)

// parse makes an inbound text of a form. Unknown parameters are ignored, and
// what cannot be read never refuses the whole: a text that reached Twilio is
// a text from a person.
func parse(f url.Values, now time.Time) (bot.Inbound, error) {
	sid := f.Get("MessageSid")
	if !isSID(sid) {
		return bot.Inbound{}, errors.New("no message id")
	}
	if !f.Has("From") {
		return bot.Inbound{}, errors.New("no sender")
	}
	in := bot.Inbound{
		From: address(f, "From"), To: address(f, "To"), Service: f.Get("MessagingServiceSid"), ProviderID: sid, OptOut: optOut(f.Get("OptOutType")),
		Text: bot.Words(clean(f.Get("Body"))), Profile: bot.Words(shorten(clean(f.Get("ProfileName")), maxProfile)),
		Button: shorten(button(f), maxPayload), Kind: bot.KindText, At: now,
	}
	if in.To == "" {
		return bot.Inbound{}, errors.New("no receiver")
	}
	// The channel address is who somebody is, exactly as it came. A
	// business-scoped id beside it (ExternalUserId) never renames a person by
	// itself: their STOP and their safe terms hang on the address.
	in.Channel = in.From.Channel()
	in.Answerable = answerable(in.From)
	n, _ := strconv.Atoi(f.Get("NumMedia"))
	for i := range min(max(n, 0), 10) {
		k := strconv.Itoa(i)
		if u := f.Get("MediaUrl" + k); ours(u) {
			in.Media = append(in.Media, bot.Media{ContentType: f.Get("MediaContentType" + k), URL: u})
		}
	}
	if in.Text == "" { // a pressed button or a chosen line may come with its title alone
		for _, k := range []string{"ButtonText", "ListTitle"} {
			if v := clean(f.Get(k)); v != "" && in.Text == "" {
				in.Text = bot.Words(v)
			}
		}
	}
	in.Kind = kind(f, in, n)
	return in, nil
}

func kind(f url.Values, in bot.Inbound, media int) bot.InboundKind {
	switch {
	case strings.TrimSpace(in.Text.Raw()) != "":
		return bot.KindText
	case f.Get("Latitude") != "":
		return bot.KindLocation
	case f.Get("MessageType") == "contacts" || strings.EqualFold(f.Get("MediaContentType0"), "text/vcard"):
		return bot.KindContact
	case media > 0:
		return bot.KindMedia
	}
	return bot.KindUnsupported
}

// button is the developer's id of what was pressed, whichever way WhatsApp's
// kinds of menu send it.
func button(f url.Values) string {
	if v := f.Get("ButtonPayload"); v != "" {
		return clean(v)
	}
	return clean(f.Get("ListId"))
}

// optOut takes only the words that Twilio is known to answer by itself.
func optOut(s string) string {
	switch s = strings.ToUpper(s); s {
	case "STOP", "START", "HELP":
		return s
	}
	return ""
}

// isSID tells Twilio's message ids.
func isSID(s string) bool {
	if len(s) != 34 || s[:2] != "SM" && s[:2] != "MM" {
		return false
	}
	return strings.Trim(s[2:], "0123456789abcdefABCDEF") == ""
}

// ours lets only Twilio's own addresses of media through: an address in a
// form could point anywhere.
func ours(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "https" && u.Hostname() == "api.twilio.com" && u.User == nil
}

// address takes an address as it was written; a plus that a form turned into
// a space is put back.
func address(f url.Values, key string) bot.Address {
	v := strings.ToValidUTF8(f.Get(key), "")
	if strings.HasPrefix(v, " ") {
		v = "+" + v[1:]
	}
	return bot.Address(strings.TrimSpace(v))
}

// answerable tells numbers and WhatsApp users from short codes, alphanumeric
// senders and withheld numbers, which nobody can answer.
func answerable(a bot.Address) bool {
	s, whatsapp := strings.CutPrefix(a.Raw(), "whatsapp:")
	if whatsapp {
		return s != ""
	}
	return len(s) >= 8 && s[0] == '+' && strings.Trim(s[1:], "0123456789") == ""
}

// clean keeps a text safe to store: valid UTF-8, no NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
}

// shorten cuts after n characters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

package twilio

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linkline/bot"
)

// MaxBody is the largest webhook that is read, in bytes.
const MaxBody = 64 << 10

const emptyTwiML = `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`

// Messages takes inbound texts. take returns once the text is durable; any
// other error than bot.ErrNoProgramme asks Twilio to come again.
func (a *Adapter) Messages(now func() time.Time, take func(context.Context, bot.Inbound) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := a.form(w, r)
		if !ok {
			return
		}
		in, err := parse(form, now())
		if err != nil {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		if err := take(r.Context(), in); err != nil && !errors.Is(err, bot.ErrNoProgramme) {
			w.Header().Set("Retry-After", "2")
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, emptyTwiML)
	})
}

// Status takes delivery receipts.
func (a *Adapter) Status(take func(context.Context, bot.Receipt) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := a.form(w, r)
		if !ok {
			return
		}
		q := r.URL.Query()
		rec := bot.Receipt{
			CID: bot.CID(q.Get("c")), OID: bot.OID(q.Get("o")), SID: form.Get("MessageSid"),
			Raw: form.Get("MessageStatus"), Code: form.Get("ErrorCode"),
		}
		rec.Status = deliveries[strings.ToLower(rec.Raw)]
		switch err := take(r.Context(), rec); {
		case errors.Is(err, bot.ErrUnknownMessage):
			w.WriteHeader(http.StatusNoContent)
		case err != nil:
			w.Header().Set("Retry-After", "2")
			http.Error(w, "try again", http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusOK)
		}
	})
}

// deliveries maps Twilio's words. Words that are not here change nothing.
var deliveries = map[string]bot.Delivery{
	"accepted": bot.DeliveryQueued, "scheduled": bot.DeliveryQueued, "queued": bot.DeliveryQueued, "sending": bot.DeliveryQueued,
	"sent": bot.DeliverySent, "delivered": bot.DeliveryDelivered, "read": bot.DeliveryRead,
	"failed": bot.DeliveryFailed, "undelivered": bot.DeliveryFailed, "canceled": bot.DeliveryFailed,
}

// Spoken is one sentence for people who ring the number.
type Spoken struct{ Lang, Text string }

// Voice answers people who ring instead of texting.
func (a *Adapter) Voice(say func(to string) []Spoken) http.Handler {
	esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, ok := a.form(w, r)
		if !ok {
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		var b strings.Builder
		b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><Response>`)
		for _, s := range say(form.Get("To")) {
			b.WriteString(`<Say language="` + esc.Replace(s.Lang) + `">` + esc.Replace(s.Text) + `</Say>`)
		}
		b.WriteString(`<Hangup/></Response>`)
		_, _ = io.WriteString(w, b.String())
	})
}

// form reads and verifies a webhook; it has answered when ok is false.
func (a *Adapter) form(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "use POST", http.StatusMethodNotAllowed)
		return nil, false
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		http.Error(w, "a form is expected", http.StatusUnsupportedMediaType)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		} else {
			http.Error(w, "cannot be read", http.StatusBadRequest)
		}
		return nil, false
	}
	form, perr := url.ParseQuery(string(body))
	if !a.signed(r, form) {
		http.Error(w, "not signed by Twilio", http.StatusForbidden)
		return nil, false
	}
	if perr != nil {
		http.Error(w, "malformed", http.StatusBadRequest)
		return nil, false
	}
	for _, v := range form {
		if len(v) > 1 {
			http.Error(w, "a doubled key", http.StatusBadRequest)
			return nil, false
		}
	}
	if form.Get("AccountSid") != a.conf.AccountSID {
		http.Error(w, "another account", http.StatusForbidden)
		return nil, false
	}
	return form, true
}

// signed checks the signature against the configured address and the raw
// request URI. A body hash in the query would make the SDK ignore the form,
// so such a request is never trusted.
func (a *Adapter) signed(r *http.Request, form url.Values) bool {
	sig := r.Header.Get("X-Twilio-Signature")
	if sig == "" || r.URL.Query().Has("bodySHA256") {
		return false
	}
	u := *a.conf.PublicURL
	u.Fragment, u.User = "", nil
	full := strings.TrimRight(u.String(), "/") + r.URL.RequestURI()
	params := make(map[string]string, len(form))
	for k, v := range form {
		params[k] = v[0]
	}
	for _, v := range a.valid {
		if v.Validate(full, params, sig) {
			return true
		}
	}
	return false
}

// parse makes an inbound text of a form. Unknown parameters are ignored.
func parse(f url.Values, now time.Time) (bot.Inbound, error) {
	sid := f.Get("MessageSid")
	if !strings.HasPrefix(sid, "SM") && !strings.HasPrefix(sid, "MM") || len(sid) != 34 {
		return bot.Inbound{}, errors.New("no message id")
	}
	in := bot.Inbound{
		From: address(f, "From"), To: address(f, "To"), ProviderID: sid, OptOut: strings.ToUpper(f.Get("OptOutType")),
		Text: bot.Words(clean(f.Get("Body"))), Profile: bot.Words(clean(f.Get("ProfileName"))),
		Button: f.Get("ButtonPayload"), Kind: bot.KindText, At: now,
	}
	if id := f.Get("ExternalUserId"); id != "" && strings.HasPrefix(f.Get("From"), "whatsapp:") {
		in.From = bot.Address(id)
	}
	in.Channel = in.From.Channel()
	if in.From == "" || in.To == "" {
		return bot.Inbound{}, errors.New("no addresses")
	}
	in.Answerable = in.From.Channel() == bot.WhatsApp || dialable(in.From.Raw())
	n, _ := strconv.Atoi(f.Get("NumMedia"))
	for i := range min(max(n, 0), 10) {
		k := strconv.Itoa(i)
		if u := f.Get("MediaUrl" + k); u != "" {
			in.Media = append(in.Media, bot.Media{ContentType: f.Get("MediaContentType" + k), URL: u})
		}
	}
	switch {
	case in.Text != "":
	case f.Get("Latitude") != "":
		in.Kind = bot.KindLocation
	case f.Get("MessageType") == "contacts":
		in.Kind = bot.KindContact
	case n > 0:
		in.Kind = bot.KindMedia
	default:
		in.Kind = bot.KindUnsupported
	}
	return in, nil
}

// address takes an address as it was written; a plus that a form turned into
// a space is put back.
func address(f url.Values, key string) bot.Address {
	v := f.Get(key)
	if strings.HasPrefix(v, " ") {
		v = "+" + v[1:]
	}
	return bot.Address(strings.TrimSpace(v))
}

// dialable tells numbers from short codes and alphanumeric senders.
func dialable(s string) bool {
	if len(s) < 8 || s[0] != '+' {
		return false
	}
	return strings.Trim(s[1:], "0123456789") == ""
}

// clean keeps a text safe to store: valid UTF-8, no NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
}

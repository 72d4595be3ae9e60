package twilio

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
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
			CID: bot.CID(q.Get("c")), OID: bot.OID(q.Get("o")), Kind: bot.EntryKind(q.Get("k")), SID: form.Get("MessageSid"),
			Raw: form.Get("MessageStatus"), Code: form.Get("ErrorCode"),
		}
		if rec.CID == "" || rec.OID == "" {
			w.WriteHeader(http.StatusNoContent) // sent by something else in this account
			return
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
	switch {
	case r.Header.Get("X-Twilio-Signature") == "":
		http.Error(w, "not signed by Twilio", http.StatusForbidden)
		return nil, false
	case perr != nil: // a form that cannot be read cannot be verified either
		http.Error(w, "malformed", http.StatusBadRequest)
		return nil, false
	case !a.signed(r, form):
		http.Error(w, "not signed by Twilio", http.StatusForbidden)
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

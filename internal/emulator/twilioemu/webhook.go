package twilioemu

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// override is what a URL's fragment says of retries. The defaults are
// Twilio's: one retry, and only when no connection came about.
type override struct {
	retries  int
	policies map[string]bool
	read     time.Duration
	total    time.Duration // of all attempts together
}

func overrides(raw string) (string, override) {
	o := override{retries: 1, policies: map[string]bool{"ct": true}, read: 15 * time.Second, total: 15 * time.Second}
	u, frag, ok := strings.Cut(raw, "#")
	if !ok {
		return u, o
	}
	v, err := url.ParseQuery(frag)
	if err != nil {
		return u, o
	}
	if n, err := strconv.Atoi(v.Get("rc")); err == nil && n >= 0 && n <= 5 {
		o.retries = n
	}
	if rp := v.Get("rp"); rp != "" {
		o.policies = map[string]bool{}
		for p := range strings.SplitSeq(rp, ",") {
			o.policies[p] = true
		}
	}
	for key, d := range map[string]*time.Duration{"rt": &o.read, "tt": &o.total} {
		if ms, err := strconv.Atoi(v.Get(key)); err == nil && ms >= 100 && ms <= 15000 {
			*d = time.Duration(ms) * time.Millisecond
		}
	}
	return u, o
}

// again tells whether the policy repeats this outcome.
func (o override) again(status int, err error) bool {
	all := o.policies["all"]
	var op *net.OpError
	switch {
	case err != nil && errors.As(err, &op) && op.Op == "dial":
		return all || o.policies["ct"]
	case err != nil:
		return all || o.policies["rt"]
	case status >= 500:
		return all || o.policies["5xx"]
	case status >= 400:
		return all || o.policies["4xx"]
	}
	return false
}

// deliver posts a webhook: the primary address with its retries, then the
// fallback address once with its own.
func (e *Emulator) deliver(ctx context.Context, n Number, form url.Values) int {
	status := 0
	for _, target := range []string{n.Webhook, n.Fallback} {
		if target == "" {
			continue
		}
		var done bool
		if status, done = e.attempts(ctx, "webhook", target, form); done {
			return status
		}
	}
	return status
}

// attempts posts a form to one address as its overrides say; done says that
// nothing more is tried, here or at a fallback.
func (e *Emulator) attempts(ctx context.Context, place, target string, form url.Values) (status int, done bool) {
	u, o := overrides(target)
	ctx, cancel := context.WithTimeout(ctx, o.total)
	defer cancel()
	for range o.retries + 1 {
		if ctx.Err() != nil {
			return status, false
		}
		f := e.fault(place)
		if f != nil && (f.Kind == Late || f.Kind == Reordered) {
			e.hold(place, f.Kind, func() { e.attempts(context.WithoutCancel(ctx), place, target, form) })
			return 0, true
		}
		var err error
		status, err = e.post(ctx, u, form, o.read, f)
		if err == nil && status < 300 {
			e.overtaken(place)
			return status, true
		}
		if !o.again(status, err) {
			break
		}
	}
	e.overtaken(place)
	return status, false
}

// hold keeps a webhook or receipt back: until Release, or until the next one
// of its place went by.
func (e *Emulator) hold(place string, kind FaultKind, send func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if kind == Late {
		e.held = append(e.held, send)
	} else {
		e.swapped[place] = send
	}
}

// overtaken sends what let another one pass.
func (e *Emulator) overtaken(place string) {
	e.mu.Lock()
	send := e.swapped[place]
	delete(e.swapped, place)
	e.mu.Unlock()
	if send != nil {
		send()
	}
}

// Release sends everything that was held back as late, in order.
func (e *Emulator) Release() {
	e.mu.Lock()
	held := e.held
	e.held = nil
	e.mu.Unlock()
	for _, send := range held {
		send()
	}
}

// post sends one signed form.
func (e *Emulator) post(ctx context.Context, u string, form url.Values, limit time.Duration, f *Fault) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	times := 1
	if f != nil {
		switch f.Kind {
		case Drop:
			return 0, errors.New("dropped")
		case Duplicate:
			times = 2
		}
	}
	status := 0
	for range times {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, u, strings.NewReader(form.Encode()))
		if err != nil {
			return 0, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
		req.Header.Set("User-Agent", "TwilioProxy/1.1")
		req.Header.Set("I-Twilio-Idempotency-Token", token(form))
		req.Header.Set("X-Twilio-Signature", Sign(e.conf.AuthToken, u, form))
		resp, err := e.conf.Client.Do(req)
		if err != nil {
			return 0, err
		}
		_ = resp.Body.Close()
		status = resp.StatusCode
	}
	return status, nil
}

// token is the same for every attempt of one delivery.
func token(form url.Values) string {
	h := sha1.Sum([]byte(form.Get("MessageSid") + form.Get("MessageStatus")))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// report sends the receipts of a text, in order, in the background.
func (e *Emulator) report(m *Message) {
	e.mu.Lock()
	words := []string{"sent", "delivered"}
	if m.Service != "" {
		words = append([]string{"queued"}, words...)
	}
	if e.statuses != nil {
		words = e.statuses(*m)
	}
	if m.Code != 0 {
		words = []string{"undelivered"}
		if m.Code == 21610 || m.Code == 14107 {
			words = []string{"failed"}
		}
	}
	stop := e.stop
	e.mu.Unlock()
	if stop {
		return
	}
	e.flying.Go(func() {
		for _, s := range words {
			callback, form := e.progress(m, s)
			if callback != "" {
				e.attempts(context.Background(), "status", callback, form)
			}
		}
	})
}

// progress moves a text on and makes its receipt.
func (e *Emulator) progress(m *Message, status string) (callback string, form url.Values) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m.Status, m.Updated = status, e.conf.Now()
	if m.Sent.IsZero() && (status == "sent" || status == "delivered" || status == "undelivered" || status == "read") {
		m.Sent = m.Updated
	}
	form = url.Values{
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "AccountSid": {e.conf.AccountSID}, "From": {m.From}, "To": {m.To},
		"MessageStatus": {status}, "SmsStatus": {status}, "ApiVersion": {"2010-04-01"},
	}
	if m.Service != "" {
		form.Set("MessagingServiceSid", m.Service)
	}
	if m.Code != 0 {
		form.Set("ErrorCode", strconv.Itoa(m.Code))
	}
	if strings.HasPrefix(m.To, "whatsapp:") {
		form.Set("ChannelPrefix", "whatsapp")
		form.Set("ChannelInstallSid", "XE00000000000000000000000000000001")
	}
	e.tell(m)
	return m.Callback, form
}

package twilioemu

import (
	"context"
	"errors"
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
}

func overrides(raw string) (string, override) {
	o := override{retries: 1, policies: map[string]bool{"ct": true}, read: 15 * time.Second}
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
	if ms, err := strconv.Atoi(v.Get("rt")); err == nil && ms >= 100 && ms <= 15000 {
		o.read = time.Duration(ms) * time.Millisecond
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
		u, o := overrides(target)
		for try := 0; try <= o.retries; try++ {
			if ctx.Err() != nil {
				return status
			}
			var err error
			status, err = e.post(ctx, u, form, o.read, e.fault("webhook"))
			if err == nil && status < 300 {
				return status
			}
			if !o.again(status, err) {
				break
			}
		}
	}
	return status
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
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("User-Agent", "TwilioProxy/1.1")
		req.Header.Set("I-Twilio-Idempotency-Token", form.Get("MessageSid")+form.Get("MessageStatus"))
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

// FaultKind is something that goes wrong.
type FaultKind string

// What tests may switch on. Before and after say whether the work was done.
const (
	TooMany     FaultKind = "429"          // with Retry-After
	Internal    FaultKind = "500"          // JSON, work not done
	HTML503     FaultKind = "503"          // a page instead of JSON
	AfterAccept FaultKind = "500-accepted" // accepted, then 500
	CutBefore   FaultKind = "cut-before"   // the connection ends, nothing done
	CutAfter    FaultKind = "cut-after"    // accepted, then the connection ends
	Truncated   FaultKind = "truncated"    // 201 with half a body
	Drop        FaultKind = "drop"         // a webhook or receipt is lost
	Duplicate   FaultKind = "duplicate"    // it comes twice
	NoList      FaultKind = "no-list"      // the log cannot be read
)

// Fault is one thing that goes wrong, Times times, on "create", "list",
// "webhook" or "status".
type Fault struct {
	On         string
	Kind       FaultKind
	Times      int
	RetryAfter int // seconds
}

// Break adds a fault.
func (e *Emulator) Break(f Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, f)
}

// fault takes the next fault for a place.
func (e *Emulator) fault(on string) *Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.faults {
		if f := &e.faults[i]; f.On == on && f.Times > 0 {
			f.Times--
			c := *f
			return &c
		}
	}
	return nil
}

// report sends the receipts of a text, in order, in the background.
func (e *Emulator) report(m *Message) {
	e.mu.Lock()
	words := []string{"sent", "delivered"}
	if e.statuses != nil {
		words = e.statuses(*m)
	}
	if m.Status == "undelivered" || m.Status == "failed" {
		words = []string{m.Status}
	}
	callback, stop := m.Callback, e.stop
	e.mu.Unlock()
	if stop {
		return
	}
	e.flying.Go(func() {
		for _, s := range words {
			e.mu.Lock()
			m.Status = s
			form := url.Values{"MessageSid": {m.SID}, "SmsSid": {m.SID}, "AccountSid": {e.conf.AccountSID}, "From": {m.From}, "To": {m.To}, "MessageStatus": {s}, "SmsStatus": {s}, "ApiVersion": {"2010-04-01"}}
			if m.Code != 0 {
				form.Set("ErrorCode", strconv.Itoa(m.Code))
			}
			e.tell(m)
			e.mu.Unlock()
			if callback == "" {
				continue
			}
			u, o := overrides(callback)
			for range o.retries + 1 {
				status, err := e.post(context.Background(), u, form, o.read, e.fault("status"))
				if err == nil && status < 300 || !o.again(status, err) {
					break
				}
			}
		}
	})
}

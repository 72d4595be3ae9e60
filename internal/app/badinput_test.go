package app_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"linkline/bot"
	"linkline/internal/app"
	"linkline/internal/emulator/twilioemu"

	"github.com/google/go-cmp/cmp"
)

// buffer is a log that tests read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func logTo(b *buffer) func(*app.Options) {
	return func(o *app.Options) {
		o.Log = slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

// post posts a form to the app as it stands; sign may be empty.
func (w *world) post(path, sign string, form url.Values) (status int, header http.Header, body string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.ctx, http.MethodPost, w.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if sign != "" {
		req.Header.Set("X-Twilio-Signature", twilioemu.Sign(sign, w.url+path, form))
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(raw)
}

func inbound(n int, body string) url.Values {
	return url.Values{"MessageSid": {fmt.Sprintf("SM%032x", n)}, "AccountSid": {account}, "From": {resident}, "To": {ours}, "Body": {body}}
}

// last is the last text to somebody.
func (w *world) last(to string) string {
	all := w.to(to)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

func TestForgedCallsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	before := w.clock.mini.Keys()
	other := inbound(1, "hello")
	other.Set("AccountSid", "AC00000000000000000000000000000002")
	for name, tc := range map[string]struct {
		sign string
		form url.Values
	}{
		"unsigned": {"", inbound(1, "hello")}, "forged": {"wrong", inbound(1, "hello")}, "another account": {token, other},
	} {
		for _, path := range []string{"/twilio/messages", "/twilio/status?c=x&o=y", "/twilio/voice"} {
			status, _, body := w.post(path, tc.sign, tc.form)
			if status != 403 || strings.Contains(body, resident) {
				t.Errorf("%s %s: %d %q", name, path, status, body)
			}
		}
	}
	w.settle()
	if diff := cmp.Diff(before, w.clock.mini.Keys()); diff != "" {
		t.Errorf("stored: %s", diff)
	}
	if got := w.to(resident); len(got) != 0 {
		t.Errorf("answered: %q", got)
	}
}

func TestUnknownAndDoubledParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	form := inbound(1, "hello")
	for i := range 50 {
		form.Set(fmt.Sprintf("Neu %d&=é", i), strings.Repeat("x", i))
	}
	if status, h, body := w.post("/twilio/messages", token, form); status != 200 || h.Get("Content-Type") != "text/xml" || !strings.HasSuffix(body, "<Response></Response>") {
		t.Errorf("unknown: %d %q", status, body)
	}
	w.settle()
	if len(w.to(resident)) == 0 {
		t.Error("no answer")
	}
	n := len(w.to(resident))
	twice := inbound(2, "hello")
	twice.Add("Body", "goodbye")
	if status, _, _ := w.post("/twilio/messages", token, twice); status != 400 {
		t.Errorf("doubled: %d", status)
	}
	w.settle()
	if len(w.to(resident)) != n {
		t.Error("a doubled key was answered")
	}
}

func TestRepeatedWebhooksCountOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.phone.Break(twilioemu.Fault{On: "webhook", Kind: twilioemu.Duplicate, Times: 1})
	first := w.text(resident, "hello")
	if len(first) == 0 {
		t.Fatal("no answer")
	}
	sid := w.phone.Messages()[0].SID
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "hello", SID: sid, Extra: map[string]string{"X": "another attempt"}})
		})
	}
	all.Wait()
	w.settle()
	w.clock.advance(20 * time.Hour) // Twilio's own repeats are long over; an operator replays the log
	w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "hello", SID: sid})
	w.settle()
	if got := len(w.to(resident)); got != len(first) {
		t.Errorf("%d texts, want %d: %q", got, len(first), w.to(resident))
	}
}

func TestWebhooksOutOfOrderKeepEveryWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.text(resident, "hello")
	w.text(resident, "0") // a person, please: from here on words are kept for them
	w.phone.Break(twilioemu.Fault{On: "webhook", Kind: twilioemu.Reordered, Times: 1})
	for _, body := range []string{"first words", "second words"} {
		w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: body})
	}
	w.settle()
	ref, ts := w.card(t)
	w.click(worker, cards, ts, "claim", "bdd|"+ref)
	dm := w.shows(w.slack.IM(worker))
	has(t, "first", dm, "first words")
	has(t, "second", dm, "second words")
}

// card is the only card's reference and place.
func (w *world) card(t *testing.T) (ref, ts string) {
	t.Helper()
	list := w.slack.Messages(cards)
	if len(list) != 1 {
		t.Fatalf("%d cards:\n%s", len(list), w.shows(cards))
	}
	_, rest, _ := strings.Cut(string(list[0].Blocks), `"value":"bdd|`)
	ref, _, _ = strings.Cut(rest, `"`)
	return ref, list[0].TS
}

var hostile = map[string]string{
	"1,600 characters":   strings.Repeat("help me ", 200),
	"1,600 emoji":        strings.Repeat("😀", 800),
	"a family":           "👩‍👩‍👧‍👦👍🏽🇬🇧1️⃣",
	"bidi controls":      "\u202eabc\u202c \u2066def\u2069 \u200f",
	"an open isolate":    "\u2067\u2067\u2067abc",
	"zero width only":    "\u200b\u200d\ufeff",
	"spaces only":        " \t\r\n ",
	"zalgo":              "h" + strings.Repeat("\u0301\u0317", 200) + "i",
	"invalid UTF-8":      "caf\xe9 \xff\xfe \xed\xa0\x80",
	"NUL":                "a\x00b\x00",
	"slack markup":       "<!channel> <@U0AAAAAAA> <https://evil.example|click> &amp; *b* ```",
	"templates":          "{{.service}} {service} {{1}} %s %d ${HOME} {{range .}}",
	"injections":         "'; DROP TABLE x; -- =cmd|' /C calc'!A0 {\"$gt\":\"\"} \r\nEVAL 1",
	"only punctuation":   "?!?!….,;",
	"a very long word":   strings.Repeat("a", 1600),
	"full width":         "ＳＴＯＰ１２３",
	"digits of the east": "١٢٣ ۱۲۳ ১২৩",
}

// Whatever is typed is taken, answered, and never shown to a log; the worker
// sees it as it came and nothing of it comes alive.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	for name, body := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log buffer
			w := newWorld(t, "en", logTo(&log))
			for _, step := range []string{body, "hello", body, "1", body, body} {
				if _, status := w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: step}); status != 200 {
					t.Fatalf("status %d", status)
				}
				w.settle()
			}
			if len(w.to(resident)) < 3 {
				t.Errorf("answers: %q", w.to(resident))
			}
			for _, a := range w.to(resident) {
				if !utf8.ValidString(a) || strings.Contains(a, "{service}") || strings.Contains(a, "<no value>") {
					t.Errorf("answer %q", a)
				}
			}
			w.text(resident, "0")
			if ref, ts := w.card(t); ref != "" {
				w.click(worker, cards, ts, "claim", "bdd|"+ref)
			}
			w.text(resident, body)
			for _, m := range w.slack.Messages(w.slack.IM(worker)) {
				if strings.Contains(string(m.Blocks), `"type":"mrkdwn","text":"`+body[:min(5, len(body))]) {
					t.Errorf("words stand where markup is read: %s", m.Blocks)
				}
			}
			if said := log.String(); strings.Contains(said, strings.TrimPrefix(resident, "+")) || len(strings.TrimSpace(body)) > 8 && strings.Contains(said, body[:8]) {
				t.Errorf("the log tells: %s", said)
			}
		})
	}
}

func TestAnEmptyTextAndWhatNobodyCanOpen(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]twilioemu.Inbound{
		"photo":                                 {Media: []string{"image/jpeg"}},
		"voice note":                            {Media: []string{"audio/ogg"}},
		"three of them, one without an address": {Media: []string{"image/jpeg", "image/png"}, Extra: map[string]string{"NumMedia": "3"}},
		"location":                              {Extra: map[string]string{"Latitude": "51.5", "Longitude": "0.1", "MessageType": "location"}},
		"a place elsewhere":                     {Media: []string{"image/jpeg"}, Extra: map[string]string{"MediaUrl0": "http://169.254.169.254/latest"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "en")
			w.text(resident, "hello")
			w.text(resident, "0")
			ref, ts := w.card(t)
			w.click(worker, cards, ts, "claim", "bdd|"+ref)
			in.From, in.To = resident, ours
			before := len(w.shows(w.slack.IM(worker)))
			if _, status := w.phone.Receive(w.ctx, in); status != 200 {
				t.Fatalf("status %d", status)
			}
			w.settle()
			if len(w.shows(w.slack.IM(worker))) == before {
				t.Error("the worker is not told")
			}
		})
		t.Run(name+" to the bot", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "en")
			w.text(resident, "hello")
			in.From, in.To = resident, ours
			w.phone.Receive(w.ctx, in)
			w.settle()
			has(t, "answer", w.last(resident), "cannot open pictures or voice messages")
			has(t, "answer", w.last(resident), "999")
			has(t, "answer", w.last(resident), "0 for a person")
		})
	}
	w := newWorld(t, "en")
	w.text(resident, "hello")
	before := len(w.to(resident))
	w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours})
	w.settle()
	if len(w.to(resident)) != before+1 {
		t.Errorf("an empty text: %q", w.to(resident)[before:])
	}
}

func TestSendersAndNumbersThatNobodyAnswers(t *testing.T) {
	t.Parallel()
	var log buffer
	w := newWorld(t, "en", logTo(&log))
	w.phone.SetNumber("+447700900055", twilioemu.Number{Webhook: w.url + "/twilio/messages"})
	for _, in := range []twilioemu.Inbound{
		{From: resident, To: "+447700900055", Body: "hello"}, // no programme has it
		{From: "GOV.UK", To: ours, Body: "hello"},
		{From: "60006", To: ours, Body: "hello"},
		{From: "anonymous", To: ours, Body: "hello"},
		{From: "", To: ours, Body: "hello"},
		{From: "447700900123", To: ours, Body: "hello"},
		{From: ours, To: ours, Body: "hello"},
		{From: "whatsapp:" + ours, To: "whatsapp:" + ours, Body: "hello"},
	} {
		if _, status := w.phone.Receive(w.ctx, in); status != 200 {
			t.Errorf("%q to %q: status %d", in.From, in.To, status)
		}
	}
	w.settle()
	for _, m := range w.phone.Messages() {
		if !m.Inbound {
			t.Errorf("answered %q", m.To)
		}
	}
	has(t, "the operator is told of the number", log.String(), "number_without_programme")
	has(t, "the operator is told of the loop", log.String(), "our_own_number_writes")
}

func TestAPlusThatBecameASpace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	form := inbound(1, "hello")
	form.Set("From", strings.Replace(resident, "+", " ", 1))
	if status, _, _ := w.post("/twilio/messages", token, form); status != 200 {
		t.Fatalf("status %d", status)
	}
	w.settle()
	if len(w.to(resident)) == 0 {
		t.Error("nobody was answered")
	}
}

func TestSlackIsDownForAnHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.slack.Down(true)
	people := []string{"+447700900131", "+447700900132", "+447700900133"}
	for _, p := range people {
		w.text(p, "hello")
		if got := w.text(p, "0"); len(got) == 0 {
			t.Errorf("%s waits for Slack", p)
		}
		w.clock.advance(10 * time.Minute)
		w.app.Round(w.ctx)
	}
	has(t, "safety", strings.Join(w.text(people[0], "i want to die"), "\n"), "116 123")
	for range 6 {
		w.clock.advance(5 * time.Minute)
		w.settle()
	}
	if got := w.slack.Messages(cards); len(got) != 0 {
		t.Fatalf("cards while Slack is down:\n%s", w.shows(cards))
	}
	w.slack.Down(false)
	for range 4 {
		w.clock.advance(time.Minute)
		w.settle()
	}
	list := w.slack.Messages(cards)
	if len(list) != len(people) {
		t.Fatalf("%d cards:\n%s", len(list), w.shows(cards))
	}
	var before time.Time
	for _, m := range list {
		_, rest, _ := strings.Cut(string(m.Blocks), `"value":"bdd|`)
		ref, _, _ := strings.Cut(rest, `"`)
		rec, err := w.app.Store.Record(w.ctx, "bdd", bot.Ref(ref))
		if err != nil {
			t.Fatal(err)
		}
		if rec.Referral.Created.Before(before) {
			t.Errorf("the card of %s comes out of order", ref)
		}
		before = rec.Referral.Created
	}
	has(t, "the alert", w.shows(alerts), "Suicide")
}

func TestAFloodIsKeptAndNotAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	for i := range 60 {
		w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: fmt.Sprintf("text %d", i)})
	}
	w.settle()
	all := w.to(resident)
	has(t, "the last answer is kind", w.last(resident), "Please wait a little")
	n := 0
	for _, m := range all {
		if strings.Contains(m, "Please wait a little") {
			n++
		}
	}
	if n != 1 || len(all) > 45 {
		t.Errorf("%d answers, %d of them kind", len(all), n)
	}
	has(t, "a cry for help is heard", strings.Join(w.text(resident, "i want to kill myself"), "\n"), "116 123")
	has(t, "alert", w.shows(alerts), "Suicide")
	w.clock.advance(5 * time.Minute)
	if got := w.text("+447700900199", "hello"); len(got) == 0 {
		t.Error("somebody else is not answered")
	}
}

func TestALostWebhookIsCaughtUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.text(resident, "hello")
	w.text(resident, "0")
	ref, ts := w.card(t)
	w.click(worker, cards, ts, "claim", "bdd|"+ref)
	w.phone.Break(twilioemu.Fault{On: "webhook", Kind: twilioemu.Drop, Times: 3})
	for _, body := range []string{"are you there", "please call me", "i am still here"} {
		if _, status := w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: body}); status != 0 {
			t.Fatalf("status %d", status)
		}
	}
	w.phone.Break(twilioemu.Fault{On: "webhook", Kind: twilioemu.Drop, Times: 1})
	w.phone.Receive(w.ctx, twilioemu.Inbound{From: "+447700900134", To: ours, Body: "i want to die"})
	look := func() {
		if err := w.app.CatchUp.Look(w.ctx); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	look() // their webhooks may still be on their way
	if strings.Contains(w.shows(w.slack.IM(worker)), "please call me") {
		t.Error("taken in too early")
	}
	w.clock.advance(3 * time.Minute)
	for range 3 {
		look()
	}
	dm := w.shows(w.slack.IM(worker))
	a, b, c := strings.Index(dm, "are you there"), strings.Index(dm, "please call me"), strings.Index(dm, "i am still here")
	if a < 0 || b < a || c < b || strings.Count(dm, "please call me") != 1 {
		t.Errorf("once and in order: %d %d %d\n%s", a, b, c, dm)
	}
	has(t, "a cry for help nobody brought", strings.Join(w.to("+447700900134"), "\n"), "116 123")
	has(t, "alert", w.shows(alerts), "Suicide")
}

func TestALateTextIsAnsweredWithoutSayingAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.phone.Break(twilioemu.Fault{On: "webhook", Kind: twilioemu.Drop, Times: 1})
	w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "hello"})
	w.clock.advance(time.Hour)
	for range 3 {
		if err := w.app.CatchUp.Look(w.ctx); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	got := w.to(resident)
	if len(got) != 1 || !strings.Contains(got[0], "Sorry we missed you") {
		t.Errorf("%q", got)
	}
	if got := w.text(resident, "hello"); len(got) == 0 {
		t.Error("they cannot begin")
	}
}

func TestNothingIsCaughtUpFromBeforeAnErasure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.phone.Break(twilioemu.Fault{On: "webhook", Kind: twilioemu.Drop, Times: 1})
	w.phone.Receive(w.ctx, twilioemu.Inbound{From: resident, To: ours, Body: "my secret"})
	w.clock.advance(time.Hour)
	cid := w.app.Vault.CID(bot.SMS, bot.Address(resident), bot.Address(ours))
	for i := range 64 { // whichever partition it lives in
		w.clock.mini.HSet(fmt.Sprintf("{%02d}:z:%s", i, cid), "erased", fmt.Sprint(w.clock.now().Add(-30*time.Minute).UnixMilli()))
	}
	if err := w.app.CatchUp.Look(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if got := w.to(resident); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestReceiptsInAnyOrderAndOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.phone.Break(twilioemu.Fault{On: "status", Kind: twilioemu.Reordered, Times: 1})
	w.phone.Break(twilioemu.Fault{On: "status", Kind: twilioemu.Duplicate, Times: 1})
	w.text(resident, "hello")
	cid := w.app.Vault.CID(bot.SMS, bot.Address(resident), bot.Address(ours))
	known, err := w.app.Store.Deliveries(w.ctx, cid)
	if err != nil || len(known) == 0 {
		t.Fatal(known, err)
	}
	for oid, d := range known {
		if d != bot.DeliveryDelivered {
			t.Errorf("%s is %s", oid, d)
		}
		for status, want := range map[string]int{"sent": 200, "undelivered": 200, "teleported": 200} {
			form := url.Values{"MessageSid": {"SM1"}, "AccountSid": {account}, "MessageStatus": {status}}
			if got, _, _ := w.post("/twilio/status?c="+string(cid)+"&o="+url.QueryEscape(string(oid)), token, form); got != want {
				t.Errorf("%s: %d", status, got)
			}
		}
		if after, _ := w.app.Store.Deliveries(w.ctx, cid); after[oid] != bot.DeliveryDelivered {
			t.Errorf("%s went back to %s", oid, after[oid])
		}
	}
	form := url.Values{"MessageSid": {"SM1"}, "AccountSid": {account}, "MessageStatus": {"sent"}}
	for _, path := range []string{"/twilio/status?c=nobody&o=none.0", "/twilio/status"} {
		if got, _, _ := w.post(path, token, form); got != 204 {
			t.Errorf("%s: %d", path, got)
		}
	}
}

func TestAnOptedOutPersonInDangerIsPhoned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.text(resident, "hello")
	w.text(resident, "STOP")
	before := len(w.to(resident))
	w.text(resident, "i want to die")
	if len(w.to(resident)) != before {
		t.Errorf("Twilio let it through: %q", w.to(resident)[before:])
	}
	w.clock.advance(10 * time.Second) // the alert may be on its way still
	w.settle()
	has(t, "alert", w.shows(alerts), "Suicide")
	has(t, "whoever has it is told", w.shows(alerts), "Phone them")
	has(t, "and why", w.shows(alerts), "STOP")
	if strings.Contains(w.shows(alerts), resident) {
		t.Error("the channel shows the number")
	}
}

func TestSpendingIsToldOnceADay(t *testing.T) {
	t.Parallel()
	var log buffer
	w := newWorld(t, "en", logTo(&log), func(o *app.Options) { o.Config.SpendPerDay = 3 })
	for _, body := range []string{"hello", "1", "1", "1", "2"} {
		w.text(resident, body)
	}
	if n := strings.Count(log.String(), "spending_high"); n != 1 {
		t.Errorf("told %d times", n)
	}
	has(t, "the lead is told", w.shows(w.slack.IM("U0CCCCCCC")), "More texts than planned")
	has(t, "nothing is held", strings.Join(w.text(resident, "i want to die"), "\n"), "116 123")
}

package twilio_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/internal/emulator/twilioemu"
)

const (
	account  = "AC00000000000000000000000000000001"
	token    = "12345"
	ours     = "+447700900001"
	resident = "+447700900123"
)

type rig struct {
	emu   *twilioemu.Emulator
	a     *twilio.Adapter
	got   chan bot.Inbound
	recs  chan bot.Receipt
	app   *httptest.Server
	fails error
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{got: make(chan bot.Inbound, 64), recs: make(chan bot.Receipt, 64)}
	r.emu = twilioemu.New(twilioemu.Config{AccountSID: account, AuthToken: token})
	api := httptest.NewServer(r.emu)
	mux := http.NewServeMux()
	r.app = httptest.NewServer(mux)
	public, _ := url.Parse(r.app.URL)
	a, err := twilio.New(twilio.Config{AccountSID: account, AuthTokens: []string{token}, PublicURL: public, APIURL: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	r.a = a
	mux.Handle("/twilio/messages", a.Messages(time.Now, func(_ context.Context, in bot.Inbound) error {
		if r.fails != nil {
			return r.fails
		}
		r.got <- in
		return nil
	}))
	mux.Handle("/twilio/status", a.Status(func(_ context.Context, rec bot.Receipt) error { r.recs <- rec; return nil }))
	mux.Handle("/twilio/voice", a.Voice(func(string) []twilio.Spoken {
		return []twilio.Spoken{{Lang: "en", Text: "Text us & wait"}, {Lang: "so", Text: "no voice"}, {Lang: "ro", Text: "Scrieți-ne"}}
	}))
	r.emu.SetNumber(ours, twilioemu.Number{Webhook: r.app.URL + "/twilio/messages"})
	r.emu.SetNumber("whatsapp:"+ours, twilioemu.Number{Webhook: r.app.URL + "/twilio/messages"})
	t.Cleanup(func() { r.emu.Close(); r.app.Close(); api.Close() })
	return r
}

// The vectors are those of Twilio's own libraries.
func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	form := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675310"}, "Digits": {"1234"}, "From": {"+14158675310"}, "To": {"+18005551212"}}
	if got := twilioemu.Sign("12345", "https://example.com/myapp.php?foo=1&bar=2", form); got != "L/OH5YylLD5NRKLltdqwSvS0BnU=" {
		t.Errorf("got %s", got)
	}
	form = url.Values{"Body": {" caf\u00e9 \U0001F469\u200D\U0001F9B3 \u202Eabc "}, "From": {"whatsapp:+447700900123"}, "To": {"whatsapp:+441632960000"}}
	if got := twilioemu.Sign("12345", "https://bot.example/twilio/inbound", form); got != "Xfn7YQOYyGKpSTSIsGI1ZdIlS30=" {
		t.Errorf("got %s", got)
	}
}

func TestInbound(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct {
		name string
		in   twilioemu.Inbound
		kind bot.InboundKind
		text string
		can  bool
	}{
		{"text", twilioemu.Inbound{From: resident, To: ours, Body: "  hello + % \r\n"}, bot.KindText, "  hello + % \r\n", true},
		{"emoji", twilioemu.Inbound{From: resident, To: ours, Body: "1️⃣ 👩‍👩‍👧"}, bot.KindText, "1️⃣ 👩‍👩‍👧", true},
		{"NUL and broken UTF-8", twilioemu.Inbound{From: resident, To: ours, Body: "a\x00b\xffc"}, bot.KindText, "ab\ufffdc", true},
		{"voice note", twilioemu.Inbound{From: resident, To: ours, Media: []string{"audio/ogg"}}, bot.KindMedia, "", true},
		{"location", twilioemu.Inbound{From: "whatsapp:" + resident, To: "whatsapp:" + ours, Extra: map[string]string{"Latitude": "51.5", "Longitude": "0.1"}}, bot.KindLocation, "", true},
		{"nothing", twilioemu.Inbound{From: resident, To: ours}, bot.KindUnsupported, "", true},
		{"garbage count", twilioemu.Inbound{From: resident, To: ours, Body: "x", Extra: map[string]string{"NumMedia": "abc"}}, bot.KindText, "x", true},
		{"short code", twilioemu.Inbound{From: "60006", To: ours, Body: "offer"}, bot.KindText, "offer", false},
		{"a name as sender", twilioemu.Inbound{From: "GOV.UK", To: ours, Body: "x"}, bot.KindText, "x", false},
		{"long", twilioemu.Inbound{From: resident, To: ours, Body: strings.Repeat("é", 1600)}, bot.KindText, strings.Repeat("é", 1600), true},
		{"unknown parameters", twilioemu.Inbound{From: resident, To: ours, Body: "x", Extra: map[string]string{"Nové": "1", "a b": "2"}}, bot.KindText, "x", true},
	} {
		_, status := r.emu.Receive(context.Background(), tc.in)
		if status != 200 {
			t.Errorf("%s: status %d", tc.name, status)
			continue
		}
		in := <-r.got
		if in.Kind != tc.kind || in.Text.Raw() != tc.text || in.Answerable != tc.can {
			t.Errorf("%s: %s %q %v", tc.name, in.Kind, in.Text.Raw(), in.Answerable)
		}
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	good := url.Values{"MessageSid": {"SM" + strings.Repeat("0", 32)}, "AccountSid": {account}, "From": {resident}, "To": {ours}, "Body": {"hi"}}
	u := r.app.URL + "/twilio/messages"
	sign := func(f url.Values) string { return twilioemu.Sign(token, u, f) }
	other := url.Values{"MessageSid": good["MessageSid"], "AccountSid": {"AC00000000000000000000000000000002"}, "From": {resident}, "To": {ours}}
	empty := url.Values{}
	for _, tc := range []struct {
		name, method, kind, sig, body string
		query                         string
		want                          int
	}{
		{"good", "POST", "application/x-www-form-urlencoded; charset=UTF-8", sign(good), good.Encode(), "", 200},
		{"unsigned", "POST", "application/x-www-form-urlencoded", "", good.Encode(), "", 403},
		{"forged", "POST", "application/x-www-form-urlencoded", twilioemu.Sign("wrong", u, good), good.Encode(), "", 403},
		{"signed with nothing", "POST", "application/x-www-form-urlencoded", twilioemu.Sign("", u, good), good.Encode(), "", 403},
		{"another address", "POST", "application/x-www-form-urlencoded", twilioemu.Sign(token, "https://other.example/twilio/messages", good), good.Encode(), "", 403},
		{"a body hash", "POST", "application/x-www-form-urlencoded", twilioemu.Sign(token, u+"?bodySHA256=00", empty), good.Encode(), "?bodySHA256=00", 403},
		{"GET", "GET", "", "", "", "", 405},
		{"JSON", "POST", "application/json", "", "{}", "", 415},
		{"no type", "POST", "", "", good.Encode(), "", 415},
		{"too large", "POST", "application/x-www-form-urlencoded", "x", "Body=" + strings.Repeat("x", 70000), "", 413},
		{"a doubled key", "POST", "application/x-www-form-urlencoded", sign(good), good.Encode() + "&To=x", "", 400},
		{"another account", "POST", "application/x-www-form-urlencoded", sign(other), other.Encode(), "", 403},
		{"no message id", "POST", "application/x-www-form-urlencoded", twilioemu.Sign(token, u, url.Values{"AccountSid": {account}}), "AccountSid=" + account, "", 400},
		{"no sender", "POST", "application/x-www-form-urlencoded", twilioemu.Sign(token, u, url.Values{"AccountSid": {account}, "MessageSid": {good.Get("MessageSid")}, "To": {good.Get("To")}}), url.Values{"AccountSid": {account}, "MessageSid": {good.Get("MessageSid")}, "To": {good.Get("To")}}.Encode(), "", 400},
	} {
		req, err := http.NewRequest(tc.method, u+tc.query, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", tc.kind)
		req.Header.Set("X-Twilio-Signature", tc.sig)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, resp.StatusCode, tc.want)
		}
	}
}

func TestAStoreThatIsDownIsToldTwilio(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fails = errors.New("down")
	if _, status := r.emu.Receive(context.Background(), twilioemu.Inbound{From: resident, To: ours, Body: "x"}); status != 503 {
		t.Errorf("status %d", status)
	}
	r.fails = bot.ErrNoProgramme
	if _, status := r.emu.Receive(context.Background(), twilioemu.Inbound{From: resident, To: ours, Body: "x"}); status != 200 {
		t.Errorf("status %d", status)
	}
}

func TestSendOutcomes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	out := bot.Outbound{CID: "c1", OID: "e1.0", From: ours, To: resident, Text: "hello"}
	sent, err := r.a.Send(context.Background(), out)
	if err != nil || sent.SID == "" {
		t.Fatalf("%+v %v", sent, err)
	}
	r.emu.Wait()
	for _, want := range []bot.Delivery{bot.DeliverySent, bot.DeliveryDelivered} {
		if rec := <-r.recs; rec.CID != "c1" || rec.OID != "e1.0" || rec.Status != want || rec.SID != sent.SID {
			t.Errorf("receipt %+v, want %s", rec, want)
		}
	}
	for _, tc := range []struct {
		kind    twilioemu.FaultKind
		outcome bot.Outcome
		code    string
	}{
		{twilioemu.TooMany, bot.NotSent, "20429"}, {twilioemu.Internal, bot.Unknown, "20500"}, {twilioemu.HTML503, bot.Unknown, ""},
		{twilioemu.AfterAccept, bot.Unknown, "20500"}, {twilioemu.CutBefore, bot.Unknown, ""}, {twilioemu.CutAfter, bot.Unknown, ""}, {twilioemu.Truncated, bot.Unknown, ""},
	} {
		r.emu.Break(twilioemu.Fault{On: "create", Kind: tc.kind, Times: 1, RetryAfter: 7})
		out.Text = bot.Words("text for " + string(tc.kind))
		since := time.Now()
		_, err := r.a.Send(context.Background(), out)
		var se *bot.SendError
		if !errors.As(err, &se) || se.Outcome != tc.outcome || se.Code != tc.code {
			t.Errorf("%s: %v", tc.kind, err)
			continue
		}
		if tc.kind == twilioemu.TooMany && se.Retry != 7*time.Second {
			t.Errorf("Retry-After is lost: %v", se.Retry)
		}
		_, found, err := r.a.Find(context.Background(), out, since, nil)
		accepted := tc.kind == twilioemu.AfterAccept || tc.kind == twilioemu.CutAfter || tc.kind == twilioemu.Truncated
		if err != nil || found != accepted {
			t.Errorf("%s: found %v, want %v (%v)", tc.kind, found, accepted, err)
		}
	}
	r.emu.Receive(context.Background(), twilioemu.Inbound{From: resident, To: ours, Body: "STOP"})
	_, err = r.a.Send(context.Background(), out)
	var se *bot.SendError
	if !errors.As(err, &se) || se.Outcome != bot.Rejected || se.Code != "21610" {
		t.Errorf("opted out: %v", err)
	}
	if strings.Contains(err.Error(), resident) || strings.Contains(err.Error(), "text for") {
		t.Errorf("an error tells too much: %v", err)
	}
}

func TestVoiceSpeaksToPeopleWhoRing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	u := r.app.URL + "/twilio/voice"
	f := url.Values{"AccountSid": {account}, "CallSid": {"CA1"}, "To": {ours}}
	req, _ := http.NewRequest("POST", u, strings.NewReader(f.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", twilioemu.Sign(token, u, f))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	want := `<?xml version="1.0" encoding="UTF-8"?><Response><Say language="en-GB" voice="Polly.Amy">Text us &amp; wait</Say>` +
		`<Say language="ro-RO" voice="Polly.Carmen">Scrieți-ne</Say><Hangup/></Response>`
	if string(body) != want {
		t.Errorf("%s", body)
	}
}

func TestAnEmptyTokenIsRefused(t *testing.T) {
	t.Parallel()
	u, _ := url.Parse("https://example.org")
	for _, tokens := range [][]string{nil, {""}, {token, " "}} {
		if _, err := twilio.New(twilio.Config{AccountSID: account, AuthTokens: tokens, PublicURL: u}); err == nil {
			t.Errorf("%q passed", tokens)
		}
	}
}

package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linkline/adapters/twilio"
	"linkline/bot"
	"linkline/internal/emulator/twilioemu"

	"github.com/google/go-cmp/cmp"
)

func handler(t *testing.T, public string, tokens ...string) http.Handler {
	t.Helper()
	u, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	a, err := twilio.New(twilio.Config{AccountSID: account, AuthTokens: tokens, PublicURL: u})
	if err != nil {
		t.Fatal(err)
	}
	return a.Messages(time.Now, func(context.Context, bot.Inbound) error { return nil })
}

func ask(h http.Handler, uri, sig, body string) int {
	r := httptest.NewRequest("POST", "http://whatever.example"+uri, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", sig)
	r.Header.Set("X-Forwarded-Host", "evil.example")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func hello() url.Values {
	return url.Values{"MessageSid": {"SM" + strings.Repeat("0", 32)}, "AccountSid": {account}, "From": {resident}, "To": {ours}, "Body": {"hi"}}
}

// The signature is checked against the configured address and nothing else;
// the scheme's own port may be written or not.
func TestSignaturesAreOverTheConfiguredAddress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		public, uri, signed string
		want                int
	}{
		{"https://a.example", "/twilio/messages", "https://a.example/twilio/messages", 200},
		{"https://a.example", "/twilio/messages", "https://a.example:443/twilio/messages", 200},
		{"https://a.example:443", "/twilio/messages", "https://a.example/twilio/messages", 200},
		{"https://a.example:8443", "/twilio/messages", "https://a.example:8443/twilio/messages", 200},
		{"http://a.example", "/twilio/messages", "http://a.example:80/twilio/messages", 200},
		{"https://a.example/base", "/twilio/messages", "https://a.example/base/twilio/messages", 200},
		{"https://a.example/base/", "/twilio/messages", "https://a.example/base/twilio/messages", 200},
		{"https://a.example", "/twilio/messages?x=1&a=%20b", "https://a.example/twilio/messages?x=1&a=%20b", 200},
		{"https://user:pw@a.example", "/twilio/messages", "https://a.example/twilio/messages", 200},
		{"https://a.example", "/twilio/messages", "https://a.example:8443/twilio/messages", 403},
		{"https://a.example", "/twilio/messages", "http://a.example/twilio/messages", 403},
		{"https://a.example", "/twilio/messages", "https://a.example/twilio/messages/", 403},
		{"https://a.example", "/twilio/messages", "https://whatever.example/twilio/messages", 403},
		{"https://a.example", "/twilio/messages", "https://evil.example/twilio/messages", 403},
		{"https://a.example/base", "/twilio/messages", "https://a.example/twilio/messages", 403},
		{"https://a.example", "/twilio/messages?x=1&a=2", "https://a.example/twilio/messages?a=2&x=1", 403},
		{"https://a.example", "/twilio/messages", "https://a.example/twilio/messages#rc=3", 403},
	} {
		f := hello()
		if got := ask(handler(t, tc.public, token), tc.uri, twilioemu.Sign(token, tc.signed, f), f.Encode()); got != tc.want {
			t.Errorf("public %s, asked %s, signed %s: %d, want %d", tc.public, tc.uri, tc.signed, got, tc.want)
		}
	}
}

func TestTwoTokensWhileTheyRotate(t *testing.T) {
	t.Parallel()
	h := handler(t, "https://a.example", "new", "old")
	f := hello()
	for tok, want := range map[string]int{"new": 200, "old": 200, "older": 403, "": 403} {
		if got := ask(h, "/x", twilioemu.Sign(tok, "https://a.example/x", f), f.Encode()); got != want {
			t.Errorf("%q: %d", tok, got)
		}
	}
}

// A doubled key is refused as such whichever way it was signed over, and as a
// forgery when it was not signed at all.
func TestDoubledKeys(t *testing.T) {
	t.Parallel()
	h := handler(t, "https://a.example", token)
	f := hello()
	first := twilioemu.Sign(token, "https://a.example/x", f)
	body := f.Encode() + "&Body=another&Body=hi"
	every := hello()
	every.Set("Body", "anotherBodyhi") // sorted, unique, the key between them
	for name, tc := range map[string]struct {
		sig  string
		want int
	}{
		"over the first value": {first, 400}, "over every value": {twilioemu.Sign(token, "https://a.example/x", every), 400},
		"over neither": {twilioemu.Sign("wrong", "https://a.example/x", f), 403}, "unsigned": {"", 403},
	} {
		if got := ask(h, "/x", tc.sig, body); got != tc.want {
			t.Errorf("%s: %d", name, got)
		}
	}
	for _, bad := range []string{"Body=%zz", "a=1;b=2", "%"} {
		if got := ask(h, "/x", first, bad); got != 400 {
			t.Errorf("%q: %d", bad, got)
		}
	}
}

func TestWhatsAppFields(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	from, to := "whatsapp:"+resident, "whatsapp:"+ours
	for _, tc := range []struct {
		name string
		in   twilioemu.Inbound
		want bot.Inbound
	}{
		{"text, quoted and forwarded", twilioemu.Inbound{From: from, To: to, Body: "hi", Extra: map[string]string{
			"ProfileName": "Amina \u202e +447700900999", "WaId": "447700900123", "Forwarded": "true", "MessageType": "text",
			"OriginalRepliedMessageSid": "MM1", "ReferralNumMedia": "0", "ChannelMetadata": `{"type":"whatsapp"}`,
		}}, bot.Inbound{Kind: bot.KindText, Text: "hi", Profile: "Amina \u202e +447700900999"}},
		{"a long profile", twilioemu.Inbound{From: from, To: to, Body: "hi", Extra: map[string]string{"ProfileName": strings.Repeat("é", 500)}},
			bot.Inbound{Kind: bot.KindText, Text: "hi", Profile: bot.Words(strings.Repeat("é", 100))}},
		{"a pressed button", twilioemu.Inbound{From: from, To: to, Body: "Yes", Extra: map[string]string{"ButtonText": "Yes", "ButtonPayload": "agreement.yes", "MessageType": "button"}},
			bot.Inbound{Kind: bot.KindText, Text: "Yes", Button: "agreement.yes"}},
		{"a button without a body", twilioemu.Inbound{From: from, To: to, Extra: map[string]string{"ButtonText": "Yes", "ButtonPayload": "agreement.yes"}},
			bot.Inbound{Kind: bot.KindText, Text: "Yes", Button: "agreement.yes"}},
		{"a chosen line", twilioemu.Inbound{From: from, To: to, Extra: map[string]string{"ListId": "needs.money", "ListTitle": "Money", "MessageType": "interactive"}},
			bot.Inbound{Kind: bot.KindText, Text: "Money", Button: "needs.money"}},
		{"a contact", twilioemu.Inbound{From: from, To: to, Media: []string{"text/vcard"}, Extra: map[string]string{"MessageType": "contacts"}},
			bot.Inbound{Kind: bot.KindContact, Media: []bot.Media{{ContentType: "text/vcard"}}}},
		{"a sticker of an unknown type", twilioemu.Inbound{From: from, To: to, Extra: map[string]string{"MessageType": "hologram"}},
			bot.Inbound{Kind: bot.KindUnsupported}},
		{"an opt-out that Twilio answered", twilioemu.Inbound{From: from, To: to, Body: "Stop", Extra: map[string]string{"OptOutType": "STOP"}},
			bot.Inbound{Kind: bot.KindText, Text: "Stop", OptOut: "STOP"}},
		{"an opt-out type that nobody knows", twilioemu.Inbound{From: from, To: to, Body: "x", Extra: map[string]string{"OptOutType": "MAYBE"}},
			bot.Inbound{Kind: bot.KindText, Text: "x"}},
		{"a business-scoped id", twilioemu.Inbound{From: "whatsapp:GB.13491208655302741918", To: to, Body: "hi"},
			bot.Inbound{Kind: bot.KindText, Text: "hi", From: "whatsapp:GB.13491208655302741918"}},
		{"a business-scoped id beside the number renames nobody", twilioemu.Inbound{From: from, To: to, Body: "hi", Extra: map[string]string{"ExternalUserId": "whatsapp:GB.13491208655302741918"}},
			bot.Inbound{Kind: bot.KindText, Text: "hi"}},
		{"through a messaging service", twilioemu.Inbound{From: from, To: to, Body: "hi", Extra: map[string]string{"MessagingServiceSid": "MG1"}},
			bot.Inbound{Kind: bot.KindText, Text: "hi", Service: "MG1"}},
	} {
		if _, status := r.emu.Receive(t.Context(), tc.in); status != 200 {
			t.Errorf("%s: status %d", tc.name, status)
			continue
		}
		got := <-r.got
		want := tc.want
		want.Channel, want.Answerable = bot.WhatsApp, true
		if want.From == "" {
			want.From = bot.Address(from)
		}
		want.To = bot.Address(to)
		got.ProviderID, got.At = "", time.Time{}
		for i := range got.Media {
			got.Media[i].URL = ""
		}
		if !cmp.Equal(want, got) { // a diff would print masked values
			t.Errorf("%s: from %q text %q button %q opt-out %q kind %s profile %q service %q", tc.name, got.From.Raw(), got.Text.Raw(), got.Button, got.OptOut, got.Kind, got.Profile.Raw(), got.Service)
		}
	}
}

func TestMediaIsNamedOnlyWhereTwilioKeepsIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, tc := range []struct {
		extra map[string]string
		n     int
	}{
		{nil, 2},
		{map[string]string{"MediaUrl0": "http://169.254.169.254/"}, 1},
		{map[string]string{"MediaUrl0": "https://api.twilio.com.evil.example/x", "MediaUrl1": "file:///etc/passwd"}, 0},
		{map[string]string{"MediaUrl0": "https://user@api.twilio.com/x"}, 1},
		{map[string]string{"NumMedia": "999"}, 2},
		{map[string]string{"NumMedia": "-1"}, 0},
	} {
		r.emu.Receive(t.Context(), twilioemu.Inbound{From: resident, To: ours, Media: []string{"image/jpeg", "audio/ogg"}, Extra: tc.extra})
		if in := <-r.got; len(in.Media) != tc.n {
			t.Errorf("%v: %d of them", tc.extra, len(in.Media))
		}
	}
}

// Every code that matters, by what becomes of the text.
func TestCodes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	want := map[bot.Outcome][]int{
		bot.NotSent:  {14107, 20429, 21611, 30001, 63017, 63018, 63038, 20003, 20005, 30002, 30010},
		bot.Rejected: {20001, 20404, 20422, 21211, 21212, 21408, 21602, 21603, 21604, 21606, 21609, 21610, 21612, 21614, 21617, 21620, 21623, 21654, 21655, 21656, 21659, 21703, 21704, 21705, 30032, 30034, 30035, 63003, 63007, 63016, 63024, 63032, 63033, 63040, 63041, 63042, 29999},
		bot.Unknown:  {20500, 20503, 30410},
	}
	for outcome, codes := range want {
		for _, code := range codes {
			r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.Code, Code: code, Times: 1})
			_, err := r.a.Send(t.Context(), bot.Outbound{From: ours, To: resident, Text: "x"})
			var se *bot.SendError
			if !errors.As(err, &se) || se.Outcome != outcome {
				t.Errorf("%d: %v, want %s", code, err, outcome)
			}
		}
	}
	r.emu.Break(twilioemu.Fault{On: "create", Kind: twilioemu.NoAuth, Times: 1})
	_, err := r.a.Send(t.Context(), bot.Outbound{From: ours, To: resident, Text: "x"})
	var se *bot.SendError
	if !errors.As(err, &se) || se.Outcome != bot.NotSent || !se.Alarm {
		t.Errorf("401: %v", err)
	}
}

func TestAPlaceThatDoesNotAnswerWasNotWrittenTo(t *testing.T) {
	t.Parallel()
	public, _ := url.Parse("https://a.example")
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	a, err := twilio.New(twilio.Config{AccountSID: account, AuthTokens: []string{token}, PublicURL: public, APIURL: gone.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Send(t.Context(), bot.Outbound{From: ours, To: resident, Text: "x"})
	var se *bot.SendError
	if !errors.As(err, &se) || se.Outcome != bot.NotSent || se.Retry == 0 {
		t.Errorf("%v", err)
	}
}

func TestTheLogOfInboundTexts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.emu.Break(twilioemu.Fault{On: "webhook", Kind: twilioemu.Drop, Times: 10})
	for _, in := range []twilioemu.Inbound{
		{From: resident, To: ours, Body: "one"}, {From: "60006", To: ours, Body: "two"}, {From: resident, To: ours, Media: []string{"audio/ogg"}},
		{From: "whatsapp:" + resident, To: "whatsapp:" + ours, Body: "three"}, {From: resident, To: ours},
	} {
		r.emu.Receive(t.Context(), in)
	}
	if _, err := r.a.Send(t.Context(), bot.Outbound{From: ours, To: resident, Text: "ours"}); err != nil {
		t.Fatal(err)
	}
	show := func(to bot.Address, since time.Time) []string {
		list, err := r.a.Inbound(t.Context(), to, since)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, in := range list {
			if !in.Late {
				t.Error("not marked late")
			}
			can := "answerable"
			if !in.Answerable {
				can = "not answerable"
			}
			out = append(out, string(in.Kind)+" "+in.Text.Raw()+" "+can)
		}
		return out
	}
	hour := time.Now().Add(-time.Hour)
	if diff := cmp.Diff([]string{"text one answerable", "text two not answerable", "media  answerable", "unsupported  answerable"}, show(ours, hour)); diff != "" {
		t.Error(diff)
	}
	if n := len(show("", hour)); n != 5 {
		t.Errorf("%d in all", n)
	}
	if got := show(ours, time.Now().Add(time.Minute)); got != nil {
		t.Errorf("from the future: %q", got)
	}
	r.emu.Break(twilioemu.Fault{On: "list", Kind: twilioemu.NoList, Times: 1})
	if _, err := r.a.Inbound(t.Context(), ours, hour); err == nil {
		t.Error("a log that cannot be read looks empty")
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sent, err := r.a.Send(t.Context(), bot.Outbound{From: ours, To: resident, Text: "x"})
	if err != nil {
		t.Fatal(err)
	}
	r.emu.Wait()
	for range 2 { // the second time it is gone already
		if err := r.a.Delete(t.Context(), sent.SID); err != nil {
			t.Error(err)
		}
	}
	if n := len(r.emu.Messages()); n != 0 {
		t.Errorf("%d left", n)
	}
}

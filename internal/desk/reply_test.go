package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
)

// replying gives Amy the referral and opens the form.
func replying(t *testing.T) (*world, bot.Form) {
	t.Helper()
	w := newWorld(t)
	w.claimed()
	if told := w.press(amy, "reply"); told != "" {
		t.Fatal(told)
	}
	return w, w.board.form(t)
}

func own(text string) map[string]string { return map[string]string{"kind": "own", "text": text} }

func TestReplyIsSeenBeforeItIsSent(t *testing.T) {
	t.Parallel()
	w, f := replying(t)
	has(t, "the form", fmt.Sprint(f), "Language so", "not yet reviewed", "Only they read this phone")
	re := w.submit(amy, f, own("Hello Amina"))
	if re.Next == nil || len(w.talks.events) != 0 {
		t.Fatalf("no preview, or sent already: %+v", re)
	}
	has(t, "the preview", fmt.Sprint(re.Next), "Hello Amina", "1 text message")
	hasNot(t, "what travels with the form", re.Next.Meta, "Hello", "Amina")
	// Changed after the preview: it is seen once more.
	again := w.submit(amy, *re.Next, own("Hello Amina B"))
	if again.Next == nil || len(w.talks.events) != 0 {
		t.Fatalf("a changed text went out unseen: %+v", again)
	}
	if done := w.submit(amy, *again.Next, own("Hello Amina B")); done.Next != nil || len(done.Faults) != 0 {
		t.Fatalf("%+v", done)
	}
	ev := w.talks.events[0]
	if ev.Kind != bot.EventReply || ev.Text != "Hello Amina B" || ev.Worker != amy || ev.Fence != 1 || !ev.Opened.Equal(start) {
		t.Errorf("%+v", ev)
	}
	has(t, "the thread", w.board.in("D0AMY"), "You wrote", "Hello Amina B", "On its way")
	if rec, _ := w.store.Record(w.ctx, prog, ref); !rec.Contacted {
		t.Error("the first contact did not end the lease")
	}
	w.submit(amy, *again.Next, own("Hello Amina B")) // Slack sends it twice
	if n := strings.Count(w.board.in("D0AMY"), "You wrote"); n != 1 {
		t.Errorf("shown %d times", n)
	}
	for i := 1; i < len(w.talks.events); i++ {
		if w.talks.events[i].ID != ev.ID {
			t.Error("the repeat counts as another text")
		}
	}
}

func TestApprovedReplies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, day, clock, fault string }{
		{"may_i_call", "", "", ""}, {"will_call", "2026-12-01", "10:30", ""}, {"missed_you", "", "", ""},
		{"other_time", "", "", ""}, {"in_touch", "2026-12-01", "", ""}, {"interpreter", "", "", ""},
		{"will_call", "", "10:30", "needs a day"}, {"will_call", "2026-12-01", "", "needs a time"}, {"in_touch", "soon", "", "needs a day"},
		{"will_call", "2020-01-01", "10:30", "is past"}, {"will_call", "2026-11-24", "09:59", "is past"}, {"in_touch", "2026-11-23", "", "is past"}, {"in_touch", "2026-11-24", "", ""}, {"will_call", "2027-11-30", "10:30", "six months"},
		{"hack", "", "", "changed since"},
	} {
		w, f := replying(t)
		v := map[string]string{"kind": c.kind, "day": c.day, "time": c.clock}
		re := w.submit(amy, f, v)
		if c.fault != "" {
			has(t, c.kind, fmt.Sprint(re.Faults), c.fault)
			continue
		}
		if re.Next == nil {
			t.Fatalf("%s: %+v", c.kind, re)
		}
		has(t, "in their language", fmt.Sprint(re.Next), "so:reply."+c.kind)
		if done := w.submit(amy, *re.Next, v); len(done.Faults) != 0 || len(w.talks.events) != 1 || w.talks.events[0].Key != "reply."+c.kind {
			t.Errorf("%s: %+v %+v", c.kind, done, w.talks.events)
		}
		both := w.submit(amy, f, map[string]string{"kind": c.kind, "text": "and more"})
		has(t, "both", fmt.Sprint(both.Faults), "not both")
	}
}

func TestTheWorldIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"refused:stopped": "texted STOP", "refused:terms": "Others may read", "refused:window": "24 hours", "refused:newer": "has written since",
		"refused:not_yours": "no longer with you", "refused:gone": "changed since", "refused:something": "changed since",
	} {
		w, f := replying(t)
		re := w.submit(amy, f, own("Hello"))
		w.talks.reason = reason
		has(t, reason, fmt.Sprint(w.submit(amy, *re.Next, own("Hello")).Faults["text"]), want)
		hasNot(t, reason, w.board.in("D0AMY"), "You wrote")
	}
}

func TestFormsThatCameTooLate(t *testing.T) {
	t.Parallel()
	w, f := replying(t)
	preview := w.submit(amy, f, own("Hello")).Next
	for name, c := range map[string]struct {
		user string
		form bot.Form
		want string
	}{
		"a stranger":           {"U0STRANGER", *preview, "not on the list"},
		"a colleague":          {ben, *preview, "already with <@U0AMY>"},
		"no meta":              {amy, bot.Form{Callback: preview.Callback}, "changed since"},
		"an old version":       {amy, bot.Form{Callback: preview.Callback, Meta: strings.Replace(preview.Meta, "1|", "0|", 1)}, "changed since"},
		"another fence":        {amy, bot.Form{Callback: preview.Callback, Meta: strings.Replace(preview.Meta, "|1|", "|9|", 1)}, "changed since"},
		"another referral":     {amy, bot.Form{Callback: preview.Callback, Meta: strings.Replace(preview.Meta, "2345", "0000", 1)}, "changed since"},
		"only spaces":          {amy, f, "Write something"},
		"longer than a text":   {amy, f, "too long"},
		"nothing that we sent": {amy, bot.Form{Callback: "close", Meta: "x"}, "changed since"},
	} {
		v := own("Hello")
		if name == "only spaces" {
			v = own(" \u200b \n")
		}
		if name == "longer than a text" {
			v = own(strings.Repeat("x", 1001))
		}
		has(t, name, fmt.Sprint(w.submit(c.user, c.form, v).Faults), c.want)
	}
	w.press(amy, "release")
	has(t, "let go meanwhile", fmt.Sprint(w.submit(amy, *preview, own("Hello")).Faults["text"]), "no longer with you")
	w.press(ben, "claim")
	has(t, "with somebody else meanwhile", fmt.Sprint(w.submit(amy, *preview, own("Hello")).Faults["text"]), "already with <@U0BEN>")
	w.press(ben, "release")
	w.press(amy, "claim")
	has(t, "hers again, but not the same claim", fmt.Sprint(w.submit(amy, *preview, own("Hello")).Faults["text"]), "changed since")
	if len(w.talks.events) != 0 {
		t.Errorf("something was sent: %+v", w.talks.events)
	}
}

func TestWhatTheFormSaysBeforehand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claimed()
	w.talks.world.Stopped = true
	has(t, "stopped", w.press(amy, "reply"), "texted STOP")
	w.talks.world.Stopped, w.talks.world.Terms = false, bot.TermsShared
	w.talks.world.Window = start.Add(2 * time.Hour)
	w.press(amy, "reply")
	has(t, "the window is open", fmt.Sprint(w.board.form(t)), "Tue 11:55", "Others may read this phone")
	w.talks.world.Window = start.Add(time.Minute)
	w.press(amy, "reply")
	has(t, "the window is closed", fmt.Sprint(w.board.form(t)), "within 24 hours")
	w.board.formErr = errSlack
	has(t, "too slow", w.press(amy, "reply"), "press the button again")
	has(t, "not the holder", w.press(ben, "reply"), "already with <@U0AMY>")
}

func TestDeliveryStandsOnTheText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claimed()
	at, err := w.board.Post(w.ctx, amy, "", bot.Panel{Summary: "x"})
	if err != nil {
		t.Fatal(err)
	}
	shown := redisstore.Shown{Channel: at.Channel, TS: at.TS, Text: "Hello", State: bot.DeliveryQueued}
	if err := w.store.SetShown(w.ctx, prog, ref, "o1", shown); err != nil {
		t.Fatal(err)
	}
	for _, n := range []bot.Note{{Kind: bot.NoteFailed, Code: "21610"}, {Kind: bot.NoteFailed, Code: "30003"}, {Kind: bot.NoteFailed, Code: "99999"}} {
		w.note(n.Code, n)
	}
	has(t, "what to do", w.board.in("D0AMY"), "texted STOP", "phone is off", "code 99999", "Try calling")
	w.note("held", bot.Note{Kind: bot.NoteFailed, OID: "o1", Code: "window"})
	has(t, "held back", w.board.in("D0AMY"), "24 hours", "✗ Not delivered")
	hasNot(t, "held back", w.board.in("D0AMY"), "code window", "On its way")
	if err := w.desk.Delivered(w.ctx, prog, ref, "c1", "unknown"); err != nil {
		t.Errorf("a text that is not shown: %v", err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	for _, code := range bot.CloseCodes {
		w := newWorld(t)
		w.claimed()
		if told := w.press(amy, "close"); told != "" {
			t.Fatal(told)
		}
		f := w.board.form(t)
		has(t, "no such outcome", fmt.Sprint(w.submit(amy, f, map[string]string{"code": "eaten"}).Faults), "changed since")
		if re := w.submit(amy, f, map[string]string{"code": code}); len(re.Faults) != 0 {
			t.Fatalf("%s: %+v", code, re)
		}
		w.show(redisstore.Item{ID: "o", Kind: "over"})
		hasNot(t, "after closing", w.board.in("D0AMY"), words, "Amina")
		hasNot(t, "an outcome in plain words", w.board.in("CCARDS"), "Closed: "+code)
		has(t, "the card", w.board.in("CCARDS"), "Closed: ")
		has(t, "a button on the old card", w.press(ben, "claim"), "is closed")
	}
}

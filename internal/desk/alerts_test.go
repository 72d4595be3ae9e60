package desk_test

import (
	"fmt"
	"testing"

	"linkline/bot"
	"linkline/internal/redisstore"
)

const alertID = "c1-SM1"

func (w *world) alert(a bot.Alert) {
	w.t.Helper()
	a.ID, a.CID, a.Programme, a.At = alertID, "c1", prog, start
	if _, err := w.store.PutAlert(w.ctx, a); err != nil {
		w.t.Fatal(err)
	}
	w.refresh()
}

func (w *world) refresh() {
	w.t.Helper()
	if err := w.desk.ShowAlert(w.ctx, prog, alertID, false); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pressAlert(user, action string) string {
	return w.desk.Press(w.ctx, bot.Press{ID: "p", User: user, Action: action, Value: prog + "|" + alertID, Channel: "CALERTS", Trigger: "t"})
}

func danger() bot.Alert {
	return bot.Alert{Ref: ref, Label: "crisis", Category: "suicide", Lang: "so", Said: words, Resident: "+447700900123"}
}

func TestAlertWordsOpenToWhoeverTookIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.alert(danger())
	w.refresh()
	face := w.board.in("CALERTS")
	has(t, "the alert", face, "Suicide", "BDD-2345", "Language so", "I have this")
	hasNot(t, "the alert", face, words, "7700900")
	if w.board.count("CALERTS") != 1 {
		t.Error("it was posted twice")
	}
	for _, u := range []string{helper, "U0STRANGER"} {
		has(t, u, w.pressAlert(u, "alert_take"), "call 999")
		hasNot(t, u, w.board.in("D"+u[1:]), words)
	}
	has(t, "close before taking", w.pressAlert(amy, "alert_close"), "Press I have this first")
	if told := w.pressAlert(amy, "alert_take"); told != "" {
		t.Fatal(told)
	}
	has(t, "hers", w.board.in("D0AMY"), words, "+447700900123", "call 999")
	has(t, "the alert", w.board.in("CALERTS"), "<@U0AMY> has this")
	hasNot(t, "the alert", w.board.in("CALERTS"), words)
	has(t, "too late", w.pressAlert(ben, "alert_take"), "<@U0AMY> has this alert")
	hasNot(t, "his", w.board.in("D0BEN"), words)
	w.pressAlert(amy, "alert_take") // she still has it
	if n := w.board.count("D0AMY"); n != 1 {
		t.Errorf("the words were shown %d times", n)
	}
}

func TestOnlyAWorkerClosesAnAlert(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, face string }{
		{"called", "Called and spoke"}, {"welfare_999", "999: asked for a welfare check"}, {"safe", "They are safe"}, {"could_not_reach", "Could not reach"},
	} {
		w := newWorld(t)
		w.alert(danger())
		w.pressAlert(amy, "alert_take")
		has(t, "somebody else", w.pressAlert(ben, "alert_close"), "<@U0AMY> has this alert")
		if told := w.pressAlert(amy, "alert_close"); told != "" {
			t.Fatal(told)
		}
		f := w.board.form(t)
		has(t, "no code", fmt.Sprint(w.submit(amy, f, map[string]string{"code": ""}).Faults), "changed since")
		has(t, "a volunteer", fmt.Sprint(w.submit(helper, f, map[string]string{"code": c.code}).Faults), "call 999")
		has(t, "a colleague", fmt.Sprint(w.submit(ben, f, map[string]string{"code": c.code}).Faults), "<@U0AMY> has this")
		if re := w.submit(amy, f, map[string]string{"code": c.code, "text": "rang twice"}); len(re.Faults) != 0 {
			t.Fatal(re)
		}
		has(t, "the alert", w.board.in("CALERTS"), "Closed by <@U0AMY>: "+c.face)
		hasNot(t, "the alert", w.board.in("CALERTS"), "rang twice")
		hasNot(t, "her messages", w.board.in("D0AMY"), words, "+447700900123")
		r, err := w.store.Alert(w.ctx, prog, alertID)
		if err != nil || r.State != redisstore.AlertClosed || r.ClosedNote != "rang twice" {
			t.Errorf("%v %v", r.State, err)
		}
		has(t, "take it now", w.pressAlert(ben, "alert_take"), "closed already")
		has(t, "close it again", w.pressAlert(coord, "alert_close"), "closed already")
	}
}

func TestTheLeadAndCoordinatorsMayCloseForSomebody(t *testing.T) {
	t.Parallel()
	for _, u := range []string{lead, coord} {
		w := newWorld(t)
		w.alert(danger())
		w.pressAlert(amy, "alert_take")
		if told := w.pressAlert(u, "alert_close"); told != "" {
			t.Fatalf("%s: %s", u, told)
		}
		if re := w.submit(u, w.board.form(t), map[string]string{"code": "safe"}); len(re.Faults) != 0 {
			t.Errorf("%s: %+v", u, re)
		}
		hasNot(t, "whoever had it", w.board.in("D0AMY"), words)
	}
}

func TestConcernIsReadByAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := danger()
	a.Label, a.Category = "concern", "destitution"
	w.alert(a)
	has(t, "the alert", w.board.in("CALERTS"), "Please read today", "Read it")
	hasNot(t, "the alert", w.board.in("CALERTS"), words)
	if told := w.pressAlert(ben, "alert_take"); told != "" {
		t.Fatal(told)
	}
	has(t, "his", w.board.in("D0BEN"), words, "I have read it")
	if told := w.pressAlert(ben, "alert_read"); told != "" {
		t.Fatal(told)
	}
	has(t, "the alert", w.board.in("CALERTS"), "<@U0BEN> has read this")
	hasNot(t, "his", w.board.in("D0BEN"), words)
}

func TestPagesTellNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.alert(danger())
	for _, key := range []string{"new", "long", "yours", "concern"} {
		if err := w.desk.PageUser(w.ctx, prog, alertID, "page."+key, coord, key, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.desk.PageUser(w.ctx, prog, alertID, "page.new", coord, "new", true); err != nil {
		t.Fatal(err)
	}
	if n := w.board.count("D0COORD"); n != 4 {
		t.Errorf("%d pages: one that may have got through is looked for first", n)
	}
	has(t, "pages", w.board.in("D0COORD"), "Nobody has pressed", "I have this")
	hasNot(t, "pages", w.board.in("D0COORD"), words, "7700900")
	for _, key := range []string{"text", "drill"} {
		text := w.desk.PageText(key)
		if len(text) > 160 || len(text) == 0 {
			t.Errorf("%s: %d characters do not fit one text", key, len(text))
		}
		hasNot(t, key, text, "BDD", "uicide")
	}
}

func TestTheTextThatDidNotArriveIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.alert(danger())
	if err := w.store.AlertUnreached(w.ctx, prog, alertID, "SM1.0", "21610"); err != nil {
		t.Fatal(err)
	}
	w.refresh()
	has(t, "the alert", w.board.in("CALERTS"), "Phone them", "texted STOP")
	w.pressAlert(amy, "alert_take")
	has(t, "hers", w.board.in("D0AMY"), "Phone them", "+447700900123")
	if err := w.desk.ShowUnreached(w.ctx, prog, alertID, redisstore.Item{ID: "un.SM1.0", Kind: "unreached", Code: "21610"}); err != nil {
		t.Fatal(err)
	}
	has(t, "once more", w.board.in("D0AMY"), "did not arrive")
}

// TestWhoeverPostedAnAlertMayHaveDied: before its place was on record. The next
// one looks before it posts, and so does whoever opens the words again.
func TestWhoeverPostedAnAlertMayHaveDied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := danger()
	a.ID, a.CID, a.Programme, a.At = alertID, "c1", prog, start
	if _, err := w.store.PutAlert(w.ctx, a); err != nil {
		t.Fatal(err)
	}
	post := func(channel, id string) {
		if _, err := w.board.Post(w.ctx, channel, "", bot.Panel{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	post("CALERTS", "alert."+alertID)
	post(amy, "words."+alertID)
	if err := w.desk.ShowAlert(w.ctx, prog, alertID, true); err != nil {
		t.Fatal(err)
	}
	has(t, "the alert", w.board.in("CALERTS"), "Suicide")
	if told := w.pressAlert(amy, "alert_take"); told != "" {
		t.Fatal(told)
	}
	has(t, "the words", w.board.in("D0AMY"), words)
	for _, ch := range []string{"CALERTS", "D0AMY"} {
		if n := w.board.count(ch); n != 1 {
			t.Errorf("%d messages stand in %s", n, ch)
		}
	}
	it := redisstore.Item{ID: "un.SM1.0", Kind: "unreached", Code: "30003"}
	for _, again := range []bool{false, true} {
		it.Again = again
		if err := w.desk.ShowUnreached(w.ctx, prog, alertID, it); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.board.count("CALERTS"); n != 2 {
		t.Errorf("%d messages: it is said twice that they were not reached", n)
	}
}

// TestNoButtonOutlivesItsAlert: everything that shows an alert follows it, also
// a page that was posted while somebody closed it.
func TestNoButtonOutlivesItsAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.alert(danger())
	call := func(id, user, key string) {
		t.Helper()
		if err := w.desk.PageUser(w.ctx, prog, alertID, id, user, key, false); err != nil {
			t.Fatal(err)
		}
	}
	buttons := func(user string) (out []string) {
		w.board.mu.Lock()
		defer w.board.mu.Unlock()
		for _, at := range w.board.order {
			for _, b := range w.board.panels[at].Buttons {
				if at.Channel == "D"+user[1:] {
					out = append(out, b.Text)
				}
			}
		}
		return out
	}
	call("p1", coord, "new")
	call("p2", lead, "new")
	has(t, "a page", fmt.Sprint(buttons(coord)), "I have this")
	w.pressAlert(amy, "alert_take")
	has(t, "a page of an alert that was taken", w.board.in("D"+coord[1:]), "<@U0AMY> has this since")
	hasNot(t, "a page of an alert that was taken", w.board.in("D"+coord[1:]), "Nobody has pressed")
	call("p3", amy, "yours")
	has(t, "hers", fmt.Sprint(buttons(amy)), "I still have this")
	call("p4", lead, "long")
	if told := w.pressAlert(coord, "alert_close"); told != "" {
		t.Fatal(told)
	}
	if re := w.submit(coord, w.board.form(t), map[string]string{"code": "safe"}); len(re.Faults) != 0 {
		t.Fatal(re)
	}
	call("p5", lead, "long") // claimed before, posted after
	for _, u := range []string{amy, coord, lead} {
		if left := buttons(u); len(left) != 0 {
			t.Errorf("%s still sees %q", u, left)
		}
	}
	has(t, "a page", w.board.in("D"+lead[1:]), "Closed by <@"+coord+">: They are safe")
	hasNot(t, "a page", w.board.in("D"+lead[1:]), words)
	w.refresh() // once more
}

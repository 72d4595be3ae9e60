package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linkline/internal/triage"
	"linkline/locales"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestDemoFromHelloToClosed(t *testing.T) {
	p := openPage(t, startDemo(t))
	p.shows("#texts", "Nobody has texted from this phone yet")
	p.shows("#posts", "No referrals yet")
	p.fits("1280 px")
	p.picture("start")

	p.begin("hello")
	for _, step := range []struct{ say, want string }{
		{"1", "Who needs help?"},
		{"1", "Is it safe"},
		{"1", "What would help most"},
		{"1 4", "What can we call you"},
		{"my name is Amina", "Where do you live"},
		{"ig11 8he", "How should a person contact you"},
	} {
		p.say(step.say, step.want)
	}
	p.wait(`document.querySelector("#flow li.here").textContent.startsWith("contact")`)
	p.picture("asking")
	p.say("2", "A person will contact you by")
	p.shows(".bubble.theirs .meta", "Delivered")

	p.shows("#posts .kit-header", "New referral")
	p.shows("#queue tr.open", "open")
	if face := p.eval(`document.getElementById("posts").textContent`); strings.Contains(face, "Amina") || strings.Contains(face, "900100") {
		t.Error("the card shows who it is")
	}
	p.picture("card")

	// A stranger is told why not, and only they see it.
	p.choose("worker", "U0STRANGER")
	p.click(`#posts [data-action="claim"]`)
	p.shows("#posts .only-you", "not on the list")
	p.choose("worker", "U0AAAAAAA")
	p.wait(`!document.querySelector("#posts .only-you")`)

	// The clock goes forward, and everything signed still counts.
	p.eval(`document.getElementById("now").dateTime`)
	p.click(`[data-forward="7200"]`)
	p.shows("#queue tr.open", "2 h")
	p.click(`#posts [data-action="claim"]`)
	p.shows("#posts .kit-context", "With @A. Worker")
	p.shows("#queue tr.claimed", "claimed")
	p.click(`[data-room="dm"]`)
	p.shows("#posts .fields", "Amina")
	p.picture("handover")

	// A note in the thread stays private.
	texts := p.eval(`String(document.querySelectorAll(".bubble").length)`)
	p.click(".in-thread-go")
	p.do(chromedp.SendKeys(chromedp.CSS("#note"), "ring her sister first"+kb.Enter))
	p.shows("#posts .only-you", "not sent to the person")
	if now := p.eval(`String(document.querySelectorAll(".bubble").length)`); now != texts {
		t.Errorf("a note changed the phone: %s texts, then %s", texts, now)
	}
	p.click("#leave-thread")

	p.replyByKeyboard()

	p.shows(".bubble.theirs", "Hello Amina, I am here.")
	p.shows("#posts .thread", "Delivered")
	p.say2("thank you!")
	p.shows("#posts .thread", "thank you!")
	p.replyInArabic()
	p.picture("demo")

	p.click(`#posts [data-action="close"]`)
	p.wait(`document.querySelector("dialog[open] #in-code")`)
	p.picture("close")
	p.eval(`(() => { document.getElementById("in-code").value = "goals_met"; return ""; })()`)
	p.click(`dialog[open] button[type="submit"]`)
	p.wait(`!document.querySelector("dialog[open]")`)
	p.shows("#queue tr.closed", "closed")
	p.wait(`!document.getElementById("posts").textContent.includes("thank you!")`)
	p.click(`[data-room="cards"]`)
	p.shows("#posts .kit-context", "Goals met")
	p.shows("#coach-say", "from hello to closed")
	p.picture("closed")
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
		return err
	}))
	p.picture("dark")
}

// say2 texts without waiting for an answer: while a person holds the
// conversation the bot is silent.
func (p *page) say2(text string) {
	p.t.Helper()
	p.do(chromedp.Focus(chromedp.CSS("#say")))
	p.keys(text)
	p.keys(kb.Enter)
	p.shows(".bubble.mine", text)
}

// replyByKeyboard opens, fills, previews and sends a reply without a mouse,
// and checks that the form keeps the focus and lets go by Escape.
func (p *page) replyByKeyboard() {
	t := p.t
	t.Helper()
	p.wait(`document.querySelector('#posts [data-action="reply"]')`)
	p.do(chromedp.Focus(chromedp.CSS(`#posts [data-action="reply"]`)))
	opener := p.focused()
	p.keys(kb.Enter)
	p.wait(`document.querySelector("dialog[open] #in-kind") === document.activeElement`)

	// Tab goes round inside the form, both ways.
	seen := map[string]bool{}
	for range 24 { // dates and times take several stops each
		p.keys(kb.Tab)
		if inside := p.eval(`String(document.getElementById("modal").contains(document.activeElement))`); inside != "true" {
			t.Fatalf("Tab left the form for %s", p.focused())
		}
		seen[p.focused()] = true
	}
	for _, want := range []string{"in-kind", "in-text", "in-day", "in-time", "Preview"} {
		if !seen[want] {
			t.Errorf("Tab never came to %s: %v", want, seen)
		}
	}
	p.keys(kb.Escape)
	p.wait(`!document.querySelector("dialog[open]")`)
	if got := p.focused(); got != opener {
		t.Errorf("after Escape the focus is on %q, not on what opened the form (%q)", got, opener)
	}

	p.keys(kb.Enter)
	p.wait(`document.querySelector("dialog[open] #in-kind") === document.activeElement`)
	p.keys(kb.Tab)
	p.wait(`document.activeElement.id === "in-text"`)
	// What is wrong is said beside its field, and the focus goes there.
	p.submitByKeyboard()
	p.shows("dialog[open] .wrong", "Write something")
	p.wait(`document.activeElement.id === "in-text" && document.activeElement.getAttribute("aria-invalid") === "true"`)
	p.picture("form")
	p.keys("Hello Amina, I am here.")
	p.submitByKeyboard()
	p.shows("dialog[open] h2", "Send this?")
	p.shows("dialog[open] .kit-section", "Hello Amina, I am here.")
	p.picture("preview")
	p.submitByKeyboard()
	p.wait(`!document.querySelector("dialog[open]")`)
}

// submitByKeyboard tabs to the form's submit button and presses it.
func (p *page) submitByKeyboard() {
	p.t.Helper()
	for range 24 {
		if p.eval(`String(document.activeElement.type === "submit")`) == "true" {
			p.keys(kb.Enter)
			return
		}
		p.keys(kb.Tab)
	}
	p.t.Fatal("Tab never came to the submit button")
}

// replyInArabic checks that a right-to-left text stands on the right, its
// direction its own.
func (p *page) replyInArabic() {
	p.t.Helper()
	const words = "مرحبا أمينة، سأتصل بك غدا"
	p.click(`#posts [data-action="reply"]`)
	p.wait(`document.querySelector("dialog[open] #in-text")`)
	p.do(chromedp.SetValue(chromedp.CSS("#in-text"), words))
	p.click(`dialog[open] button[type="submit"]`)
	p.shows("dialog[open] h2", "Send this?")
	p.click(`dialog[open] button[type="submit"]`)
	p.wait(`!document.querySelector("dialog[open]")`)
	p.shows(".bubble.theirs", words)
	got := p.eval(`(() => {
		const bubble = [...document.querySelectorAll(".bubble.theirs")].find((n) => n.textContent.includes(` + quoted(words) + `));
		const line = bubble.querySelector(".line");
		const range = document.createRange();
		range.selectNodeContents(line);
		const text = range.getBoundingClientRect(), box = line.getBoundingClientRect();
		const style = getComputedStyle(line);
		return [line.matches(":dir(rtl)"), style.textAlign, Math.abs(text.right - box.right) < 2, line.matches("[dir=auto]")].join(" ");
	})()`)
	if got != "true start true true" {
		p.t.Errorf("right-to-left text: rtl, align, at the right edge, dir=auto: %s", got)
	}
	if got := p.eval(`(() => { const l = [...document.querySelectorAll(".bubble.theirs .line")].find((n) => n.textContent.startsWith("Hello")); return String(l.matches(":dir(ltr)")); })()`); got != "true" {
		p.t.Error("a left-to-right text has lost its direction")
	}
}

func TestDemoFitsSmallWindows(t *testing.T) {
	p := openPage(t, startDemo(t))
	p.begin("Hi im Chantelle, 29, E6, 2 kids, flat full of mould, pls text not call")
	p.size(768, 1024)
	p.fits("768 px")
	p.picture("768")
	p.click("#fold")
	p.wait(`document.getElementById("inside-body").hidden`)
	p.click("#fold")
	p.wait(`!document.getElementById("inside-body").hidden`)
	p.eval(`(() => { document.getElementById("pane-inside").scrollIntoView(); return ""; })()`)
	p.fits("768 px unfolded")
	p.picture("768-inside")
	p.eval(`(() => { scrollTo(0, 0); return ""; })()`)
	p.size(360, 740)
	p.fits("the phone at 360 px")
	p.picture("360-phone")
	p.say("i dont want to live anymore", "116 123")
	p.wait(`!document.querySelector('.panes [data-pane="slack"] .badge').hidden`)
	p.click(`.panes [data-pane="inside"]`)
	p.wait(`document.getElementById("pane-inside").offsetParent !== null`)
	p.fits("the inside at 360 px")
	p.picture("360-inside")
	p.click(`.panes [data-pane="slack"]`)
	p.click(`[data-room="alerts"]`)
	p.shows("#posts .kit-header", "Possible danger")
	p.fits("Slack at 360 px")
	p.picture("360-slack")
	p.click(`#posts [data-action="alert_take"]`)
	p.shows("#posts .kit-context", "has this")
	p.click(`[data-room="cards"]`)
	p.click(`#posts [data-action="claim"]`)
	p.click(`[data-room="dm"]`)
	p.click(`#posts [data-action="reply"]`)
	p.wait(`document.querySelector("dialog[open] #in-kind")`)
	p.fits("a form at 360 px")
	p.picture("360-form")
	p.keys(kb.Escape)
	p.wait(`!document.querySelector("dialog[open]")`)
	for _, mark := range []string{"header", "main", "nav[aria-label]", "section[aria-labelledby]", `[role="log"]`, `[role="status"]`, "h1", "a.skip"} {
		if p.eval(`String(document.querySelectorAll(`+quoted(mark)+`).length > 0)`) != "true" {
			t.Errorf("the page has no %s", mark)
		}
	}
	if got := p.eval(`[...document.querySelectorAll("input, select, textarea, button")].filter((n) => !n.labels?.length && !n.getAttribute("aria-label") && !n.textContent.trim()).map((n) => n.outerHTML).join("\n")`); got != "" {
		t.Errorf("controls without a name:\n%s", got)
	}
}

// TestDemoSpeaksEveryLanguage picks up every phone and says hello in its
// language: the answer comes in that language and stands on its own side.
func TestDemoSpeaksEveryLanguage(t *testing.T) {
	cat, err := locales.Default()
	if err != nil {
		t.Fatal(err)
	}
	p := openPage(t, startDemo(t))
	for i, tag := range menu(cat) {
		l, _ := cat.Language(tag)
		p.choose("resident", fmt.Sprintf("+447700900%03d", 100+i))
		p.shows("#texts", "Nobody has texted from this phone yet")
		p.click("#try .chip")
		p.wait(`document.querySelectorAll(".bubble.theirs").length > 0`)
		// Where one greeting serves several languages the phone is asked first.
		p.wait(`document.querySelector("#flow .here") || document.querySelector("#try .chip").textContent === ` + quoted(l.Meta.Endonym))
		if p.eval(`document.querySelector("#flow .here") ? "" : "asked"`) != "" {
			p.click("#try .chip")
		}
		p.wait(`document.querySelector("#flow .here") && [...document.querySelectorAll(".bubble.theirs")].at(-1).lang === ` + quoted(tag))
		p.shows("#talk dd", l.Meta.Name)
		dir := "ltr"
		if l.Meta.Direction == "rtl" {
			dir = "rtl"
		}
		// The longest line of the answer reads, and stands, as its language does.
		got := p.eval(`(() => {
			const last = [...document.querySelectorAll(".bubble.theirs")].at(-1);
			const line = [...last.querySelectorAll(".line")].sort((a, b) => b.textContent.length - a.textContent.length)[0];
			const range = document.createRange();
			range.selectNodeContents(line);
			const rects = [...range.getClientRects()], end = rects.at(-1), box = line.getBoundingClientRect();
			const rtl = line.matches(":dir(rtl)");
			return (rtl ? "rtl" : "ltr") + (Math.abs(rtl ? box.right - end.right : end.left - box.left) < 3 ? "" : " on the wrong side");
		})()`)
		if got != dir {
			t.Errorf("%s: the answer is %s, want %s", tag, got, dir)
		}
		p.fits(tag)
		p.picture("lang-" + tag)
	}
}

// TestDemoLosesAndFindsTheConnection stops the demo under an open page and
// starts another in its place.
func TestDemoLosesAndFindsTheConnection(t *testing.T) {
	address, stop := startDemoOn(t, "127.0.0.1:0")
	p := openPage(t, address)
	p.begin("hello")
	stop()
	p.wait(`document.getElementById("live").dataset.state === "lost" && !document.getElementById("lost").hidden`)
	p.shows("#lost", "run linkline demo again")
	p.do(chromedp.Focus(chromedp.CSS("#say")))
	p.keys("are you there?" + kb.Enter)
	p.shows("#toast", "The demo does not answer.")
	p.wait(`document.getElementById("say").value === "are you there?"`) // nothing that was typed is lost
	p.picture("lost")
	startDemoOn(t, strings.TrimPrefix(address, "http://"))
	p.wait(`document.getElementById("live").dataset.state === "live" && document.getElementById("lost").hidden`)
	p.shows("#texts", "Nobody has texted from this phone yet")
}

// TestDemoShowsTrouble takes Slack away and lets Twilio refuse: the resident is
// answered all the same, and the alert stands in Slack when it is back.
func TestDemoShowsTrouble(t *testing.T) {
	p := openPage(t, startDemo(t))
	p.click("#slack-down")
	p.wait(`!document.getElementById("outage").hidden`)
	p.click("#twilio-busy")
	p.do(chromedp.Focus(chromedp.CSS("#say")))
	p.keys("i dont want to live anymore" + kb.Enter)
	p.shows(".bubble.theirs", "116 123")
	p.shows(".bubble.theirs .meta", "Delivered")
	p.picture("trouble")
	p.click("#slack-down")
	p.wait(`document.getElementById("outage").hidden`)
	p.click(`[data-room="alerts"]`)
	p.shows("#posts .kit-header", "Possible danger")
}

func TestDemoCriesAreRecognised(t *testing.T) {
	t.Parallel()
	look, err := triage.New(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	cat, err := locales.Default()
	if err != nil {
		t.Fatal(err)
	}
	for tag, cry := range cries {
		if l, ok := cat.Language(tag); !ok || !l.Ships() {
			continue // not offered until its folder is whole
		}
		if d := look.Look(tag, cry).Danger(); d.Label != "crisis" {
			t.Errorf("%s: the page offers a cry for help that is not recognised as a crisis: %q", tag, d.Label)
		}
	}
}

func TestDemoSaysWhatToDo(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	_, err = demoCmd{Listen: ln.Addr().String(), NoBrowser: true}.start(t.Context())
	var down serviceError
	if !errors.As(err, &down) || !strings.Contains(err.Error(), "taken by another program (choose another with --listen") {
		t.Errorf("a taken port: %v", err)
	}
	if got := linkline(t, nil, "", "demo", "--no-browser", "--listen", ln.Addr().String()); got.code != exitService || !strings.Contains(got.errs, "--listen") {
		t.Errorf("a taken port: exit %d, %s", got.code, got.errs)
	}
	if got := linkline(t, nil, "", "demo", "--no-browser", "--config", "none.yaml"); got.code != exitInput || !strings.Contains(got.errs, "--config") {
		t.Errorf("a missing configuration: exit %d, %s", got.code, got.errs)
	}
}

// TestDemoStopsByCtrlC also opens a browser where there is none: that must
// never matter.
func TestDemoStopsByCtrlC(t *testing.T) {
	t.Parallel()
	own := filepath.Join(t.TempDir(), "linkline.yaml")
	if err := os.WriteFile(own, []byte(strings.Replace(liveConfig, `{sms: "+447700900001"}`, `{messaging_service: MG00000000000000000000000000000001}`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, map[string]string{"PATH": t.TempDir()}, "demo", "--listen", "127.0.0.1:0", "--config", own)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("the demo said %q (%v)", line, err)
	}
	live, err := http.Get(address + "/console/live") // a page stays open
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = live.Body.Close() }()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitDone {
		t.Errorf("Ctrl-C: exit %d", code)
	}
}

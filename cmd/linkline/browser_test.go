package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var screenshots = flag.String("screenshots", "", "folder to write the browser test's pictures to")

// browserPath finds a Chromium; without one the test fails and says what to
// install.
func browserPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	t.Fatal("no Chromium found: apt-get install chromium (Debian, Ubuntu) or brew install --cask chromium (macOS); make needs does it")
	return ""
}

// startDemo runs the demo as the command does and returns its address.
func startDemo(t *testing.T) string {
	t.Helper()
	address, _ := startDemoOn(t, "127.0.0.1:0")
	return address
}

// startDemoOn also returns what stops it, once.
func startDemoOn(t *testing.T, listen string) (address string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	d, err := demoCmd{Listen: listen, NoBrowser: true}.start(ctx)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- d.run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the demo stopped with %v", err)
		}
	})
	t.Cleanup(stop)
	return d.srv.URL(), stop
}

// page is a browser with the demo open.
type page struct {
	t   *testing.T
	ctx context.Context
}

func openPage(t *testing.T, address string) *page {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browserPath(t)), chromedp.DisableGPU, chromedp.NoSandbox, chromedp.WindowSize(1280, 800),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("force-prefers-reduced-motion", true), chromedp.Flag("lang", "en-GB"), chromedp.UserDataDir(t.TempDir()))
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	ctx, giveUp := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(func() { giveUp(); stop(); stopAlloc() })
	p := &page{t, ctx}
	p.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(address))
	p.wait(`document.documentElement.dataset.ready === "true" && document.getElementById("live").dataset.state === "live"`)
	return p
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// wait returns once a condition holds in the page.
func (p *page) wait(condition string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool]("!!("+condition+")", chromedp.WithPollingTimeout(time.Minute))); err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 4000)`))
		p.t.Fatalf("never true: %s (%v)\nthe page shows:\n%s", condition, err, text)
	}
}

func (p *page) eval(expression string) string {
	p.t.Helper()
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return got
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// shows waits until an element contains a text.
func (p *page) shows(selector, text string) {
	p.t.Helper()
	p.wait(fmt.Sprintf(`[...document.querySelectorAll(%s)].some((n) => n.textContent.includes(%s))`, quoted(selector), quoted(text)))
}

func (p *page) click(selector string) {
	p.t.Helper()
	p.wait(fmt.Sprintf(`document.querySelector(%s) && !document.querySelector(%s).disabled`, quoted(selector), quoted(selector)))
	p.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (p *page) keys(keys string) { p.t.Helper(); p.do(chromedp.KeyEvent(keys)) }

// say types a text on the phone and waits for an answer that contains want.
func (p *page) say(text, want string) {
	p.t.Helper()
	before := p.eval(`String(document.querySelectorAll(".bubble.theirs").length)`)
	p.do(chromedp.Focus(chromedp.CSS("#say")))
	p.keys(text)
	p.keys(kb.Enter)
	p.wait(fmt.Sprintf(`[...document.querySelectorAll(".bubble.theirs")].slice(%s).some((n) => n.textContent.includes(%s))`, before, quoted(want)))
}

// begin texts for the first time and comes to the question of agreement; a
// greeting that several languages share is first asked for its language.
func (p *page) begin(text string) {
	p.t.Helper()
	p.say(text, "")
	p.wait(`[...document.querySelectorAll(".bubble.theirs")].some((n) => /Which language|Can we keep your answers/.test(n.textContent))`)
	if p.eval(`document.getElementById("texts").textContent.includes("Which language") ? "asked" : ""`) != "" {
		p.say("English", "Can we keep your answers")
	}
}

// fits fails if anything at all sticks out to the right of the window.
func (p *page) fits(what string) {
	p.t.Helper()
	if got := p.eval(`String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`); got != "0" {
		p.t.Errorf("%s scrolls sideways by %s px", what, got)
	}
	if got := p.eval(`[...document.querySelectorAll("main *, .top *, dialog[open] *")].filter((n) => {
		const r = n.getBoundingClientRect();
		return r.width > 0 && !n.closest(".sr, .try, .ways, svg") && getComputedStyle(n).visibility !== "hidden" && (r.right > innerWidth + 1 || r.left < -1);
	}).map((n) => n.tagName + "." + n.className).slice(0, 5).join(", ")`); got != "" {
		p.t.Errorf("%s: outside the window: %s", what, got)
	}
}

func (p *page) size(width, height int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, height))
	p.wait(fmt.Sprintf("innerWidth === %d", width))
}

// picture writes a screenshot if the flag asks for them.
func (p *page) picture(name string) {
	p.t.Helper()
	if *screenshots == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// focused names the element that has the focus.
func (p *page) focused() string {
	return p.eval(`(() => { const a = document.activeElement; return a.id || a.dataset.control || a.textContent.trim() || a.tagName; })()`)
}

// choose picks an option as a person does.
func (p *page) choose(id, value string) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`(() => { const s = document.getElementById(%s); s.value = %s; s.dispatchEvent(new Event("change")); return ""; })()`, quoted(id), quoted(value)))
}

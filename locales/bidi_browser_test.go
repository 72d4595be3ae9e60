package locales

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// measure looks at how a browser really draws every number in groups, every
// reference and every link of the page: their characters must stand from left
// to right. It returns what does not.
const measure = `(() => {
  const token = /\+?\d[\d ]*\d{2,}|[A-Z]{2,6}-[0-9A-Z]+|https?:\/\/[!-~]*[\w\/]/g, wrong = [];
  for (const p of document.querySelectorAll("p")) {
    const node = p.firstChild, shown = [], at = [];
    [...node.data].reduce((i, ch) => { if (!/[\u200e\u200f\u2066-\u2069]/.test(ch)) { shown.push(ch); at.push(i) } return i + ch.length }, 0);
    const offsets = []; shown.forEach((ch, n) => { for (let k = 0; k < ch.length; k++) offsets.push(at[n] + k) });
    for (const m of shown.join("").matchAll(token)) {
      let last = -Infinity;
      for (let i = m.index; i < m.index + m[0].length; i++) {
        if (shown.join("")[i] === " ") continue;
        const r = document.createRange(); r.setStart(node, offsets[i]); r.setEnd(node, offsets[i] + 1);
        const x = r.getClientRects()[0].left;
        if (x <= last) { wrong.push(p.id + ": " + m[0]); break }
        last = x;
      }
    }
  }
  return JSON.stringify(wrong);
})()`

// TestNumbersKeepTheirOrderInABrowser draws every text of every language, with
// names of either direction, in a real browser. The same texts without their
// isolates are the control: there the browser must find faults.
func TestNumbersKeepTheirOrderInABrowser(t *testing.T) {
	t.Parallel()
	c := load(t)
	texts := map[string]string{}
	for _, l := range c.Languages() {
		for kind, args := range extreme() {
			if kind == "long" || kind == "hostile" {
				continue
			}
			for key := range c.langs[Base].raw {
				if got, err := c.Render(l.Tag, key, args); err == nil && !got.FellBack {
					texts[fmt.Sprintf("%s/%s %s", l.Tag, key, kind)] = got.Text
				}
			}
			for cat := range l.safety.Texts {
				if got, _, err := c.Safety(l.Tag, cat, args); err == nil {
					texts[fmt.Sprintf("%s/safety/%s %s", l.Tag, cat, kind)] = got
				}
			}
		}
	}
	ctx := browser(t)
	if wrong := draw(t, ctx, texts); len(wrong) > 0 {
		t.Errorf("%d reordered:\n%s", len(wrong), strings.Join(wrong[:min(20, len(wrong))], "\n"))
	}
	control := map[string]string{}
	bare := strings.NewReplacer(ltrIsolate, "", firstIsolate, "", endIsolate, "", ltrMark, "")
	for id, text := range texts {
		if strings.HasPrefix(id, "ar/safety/") || strings.HasPrefix(id, "ur/safety/") {
			control[id] = bare.Replace(text)
		}
	}
	if wrong := draw(t, ctx, control); len(wrong) == 0 {
		t.Error("without isolates nothing is reordered: the test sees nothing")
	}
	// Phones from before 2013 do not know isolates; the mark inside must do.
	old := map[string]string{}
	unaware := strings.NewReplacer(ltrIsolate, "", firstIsolate, "", endIsolate, "")
	for id, text := range texts {
		if strings.Contains(id, "/safety/") {
			old[id] = unaware.Replace(text)
		}
	}
	if wrong := draw(t, ctx, old); len(wrong) > 0 {
		t.Errorf("on a phone without isolates %d reordered:\n%s", len(wrong), strings.Join(wrong[:min(20, len(wrong))], "\n"))
	}
}

func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = cmp.Or(path, p)
		}
	}
	if path == "" {
		t.Fatal("no Chromium found: apt-get install chromium (Debian, Ubuntu) or brew install --cask chromium (macOS); make needs does it")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.NoSandbox,
		chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	ctx, giveUp := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(func() { giveUp(); stop(); stopAlloc() })
	return ctx
}

// draw shows the texts on one page and returns what stands in a wrong order.
func draw(t *testing.T, ctx context.Context, texts map[string]string) []string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<!doctype html><meta charset="utf-8"><style>p { font: 16px sans-serif; width: 30000px; white-space: pre }</style>`)
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(&b, "<p dir=\"auto\" id=\"%s\">%s</p>\n", html.EscapeString(id), html.EscapeString(texts[id]))
	}
	file := filepath.Join(t.TempDir(), "texts.html")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](measure))
	if err != nil {
		t.Fatal(err)
	}
	var wrong []string
	if err := json.Unmarshal([]byte(out), &wrong); err != nil {
		t.Fatal(err)
	}
	return wrong
}

package inbox_test

import (
	"strings"
	"testing"

	"linkline/bot"
)

func speaks(langs ...string) func(*bot.Programme) {
	return func(p *bot.Programme) { p.Languages = langs }
}

// TestAGreetingIsOnlyAGuess: a greeting that everybody borrows goes on in
// English where English comes first; the first real words decide.
func TestAGreetingIsOnlyAGuess(t *testing.T) {
	t.Parallel()
	all := []string{"en", "ro", "bn", "so", "ur", "ar"}
	for _, tc := range []struct {
		text  string
		langs []string
		want  string // of the text that comes first; empty: the question which language
	}{
		{"hello", all, "en"}, {"Hi", all, "en"}, {"ok", all, "en"}, {"good morning", all, "en"},
		{"hello", []string{"so", "en"}, ""}, // English does not come first
		{"buna", all, "ro"}, {"নমস্কার", all, "bn"}, {"salaan", all, "so"},
		{"?", all, ""}, {"1", all, ""},
		{"hello", []string{"en"}, "en"},
	} {
		w := newTalk(t, speaks(tc.langs...))
		w.say(tc.text)
		first := w.store.last.Entries[bot.LaneReply][0]
		if asked := w.writer().Asked; tc.want == "" {
			if asked == nil || asked.State != "_language" {
				t.Errorf("%s in %v: the language is not asked", tc.text, tc.langs)
			}
		} else if first.Key != "welcome" || first.Lang != tc.want {
			t.Errorf("%s in %v: %s in %s, want the welcome in %s", tc.text, tc.langs, first.Key, first.Lang, tc.want)
		}
	}
}

func TestTheFirstRealWordsDecideTheLanguage(t *testing.T) {
	t.Parallel()
	w := newTalk(t, speaks("en", "so", "ro"))
	w.say("hello")
	w.say("waxaan u baahanahay caawimaad guriga")
	if p := w.writer(); p.Lang != "so" || p.Asked == nil || p.Asked.State != "agreement" || p.Asked.Lang != "so" {
		t.Fatalf("%s, %+v", p.Lang, p.Asked)
	}
	for _, e := range w.store.last.Entries[bot.LaneReply] {
		if e.Lang != "so" {
			t.Errorf("%s in %s", e.Key, e.Lang)
		}
	}
	// From here later words change nothing.
	w.say("i need somebody who can help me with my rent please")
	if p := w.writer(); p.Lang != "so" {
		t.Errorf("changed to %s without being asked", p.Lang)
	}
}

func TestALanguageThatWasChosenStays(t *testing.T) {
	t.Parallel()
	w := newTalk(t, speaks("en", "so", "ro"))
	w.say("?")
	w.say("soomaali")
	w.say("i need somebody who can help me with my rent please")
	if p := w.writer(); p.Lang != "so" {
		t.Errorf("%s", p.Lang)
	}
}

// TestUnspokenAfterAGreeting: somebody who writes on in a language that we do
// not speak gets a person instead of a sorry.
func TestUnspokenAfterAGreeting(t *testing.T) {
	t.Parallel()
	w := newTalk(t, speaks("en", "so"))
	w.say("hello")
	got := strings.Join(w.say("მე მჭირდება დახმარება ბინის ქირასთან დაკავშირებით"), "\n")
	if p := w.writer(); p.Reason != bot.ReasonLanguage {
		t.Errorf("%q, reason %q", got, p.Reason)
	}
}

// TestATextBeforeTheNextQuestionLeft: a text that comes while the open
// question has not left yet joins the words before it, and nobody is told
// sorry.
func TestATextBeforeTheNextQuestionLeft(t *testing.T) {
	t.Parallel()
	run := func(unsent bool) (*talk, []string) {
		w := newTalk(t, nil)
		w.run([]line{{"hello", "Can we keep"}, {"1", "Who needs help"}, {"1", "Is it safe"}, {"1", "What would help"}, {"my flat is full of mould", "What can we call you"}})
		if unsent {
			w.store.unsent = []bot.OID{w.writer().Asked.OID}
		}
		return w, w.say("and the heating is broken since october and nobody comes")
	}
	w, got := run(true)
	if v, _ := w.writer().Answer("needs"); len(got) != 0 || !strings.Contains(v.Typed.Raw(), "heating") {
		t.Errorf("not joined: %q, needs %d bytes", got, len(v.Typed.Raw()))
	}
	w, _ = run(false)
	if v, _ := w.writer().Answer("needs"); strings.Contains(v.Typed.Raw(), "heating") {
		t.Error("joined although the question had left")
	}
}

// TestAnOptOutOutlivesItsErasure: who stopped and was erased begins stopped.
func TestAnOptOutOutlivesItsErasure(t *testing.T) {
	t.Parallel()
	w := newTalk(t, nil)
	w.store.stopped = true
	if got := w.say("hello"); len(got) != 0 || !w.conversation().Stopped {
		t.Errorf("somebody who stopped was answered: %q", got)
	}
	if w.say("start"); w.conversation().Stopped { // Twilio itself answers this word
		t.Error("start changed nothing")
	}
	if got := strings.Join(w.say("hello"), " "); !strings.Contains(got, "Can we keep") {
		t.Errorf("after start: %q", got)
	}
}

// writer is the person who is writing now.
func (w *talk) writer() *bot.Person {
	c := w.conversation()
	return c.Person()
}

// TestHelpIsHowPeopleBegin: who begins by asking for help is welcomed, in any
// language; in the middle the word explains what this is.
func TestHelpIsHowPeopleBegin(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"I need help", "السلام علیکم، مجھے مدد چاہیے", "help me please"} {
		w := newTalk(t, speaks("en", "ur"))
		w.say(text)
		if e := w.store.last.Entries[bot.LaneReply]; len(e) != 2 || e[0].Key != "welcome" || e[1].Key != "agreement" {
			t.Errorf("%q: %d texts, first %q", text, len(e), e[0].Key)
		}
	}
}

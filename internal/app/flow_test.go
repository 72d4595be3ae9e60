package app_test

import (
	"strings"
	"testing"

	"linkline/internal/app/apptest"
)

// TestAProgrammesOwnQuestions: a programme drops a question, adds a block and
// asks another when the referral is in.
func TestAProgrammesOwnQuestions(t *testing.T) {
	t.Parallel()
	setup := strings.Replace(apptest.Setup, "    young_people:", "    questions: {drop: [name], add: [gp]}\n    young_people:", 1)
	w := apptest.New(t, apptest.Options{Config: setup, After: "matters"})
	for _, step := range []struct{ say, want string }{
		{"hello", "Can we keep"}, {"1", "Who needs help?"}, {"1", "Is it safe"}, {"1", "Are you signed up with a doctor"}, {"no", "What would help most"},
		{"1 4", "Where do you live"}, {"ig11", "How should a person"}, {"3", "What matters most to you right now?"},
	} {
		has(t, step.say, strings.Join(w.Text(apptest.Resident, step.say), "\n"), step.want)
	}
	if n := len(w.Slack.Messages(apptest.Cards)); n != 1 {
		t.Errorf("%d cards", n)
	}
}

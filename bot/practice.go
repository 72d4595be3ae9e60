package bot

import "time"

// practiceEnds is how long after the last text nothing of a practice is left.
const practiceEnds = time.Hour

// practise lets an organiser try the questions as a person of their own, whom
// nothing outlives: no referral, no card, no answers.
func (t *turn) practise() {
	for i := range t.c.Persons {
		if t.c.Persons[i].Practice {
			t.drop(i)
			break
		}
	}
	if !t.ev.Practice {
		return // it was over: the text is nobody's practice
	}
	if len(t.c.Persons) == 1 && t.c.Persons[0].Life == LifeChatting && t.c.LastIn.IsZero() {
		t.p.Practice = true // nobody else was ever here
	} else {
		t.newPerson()
		t.p.Practice = true
		t.terms()
	}
	if t.p.Lang == "" {
		t.p.Lang = t.lang()
	}
	t.because("practice")
}

// practiceOver ends a practice at once.
func (t *turn) practiceOver() {
	t.drop(t.who)
}

// or names a text, or what practice says in its place.
func (t *turn) or(key string) string {
	if t.p.Practice {
		return "try_person"
	}
	return key
}

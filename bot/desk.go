package bot

import (
	"context"
	"errors"
)

// Panel is something a link worker sees, in no chat system's own terms:
// a card, a hand-over, an alert, a list.
type Panel struct {
	ID      string // names the panel, so that a repeat after a lost answer is found again
	Summary string // one plain line, for notifications and screen readers; never personal
	Heading string
	First   []Part // stands before the facts: what a person said themselves
	Facts   []Fact
	Parts   []Part
	Small   string // a line in small print
	Buttons []Button
}

// Fact is a label and what stands beside it.
type Fact struct{ Label, Value string }

// Part is a paragraph. Quote marks a resident's own words: they are shown as
// they came, and nothing in them may become a link, a mention or a format.
type Part struct {
	Text  string
	Quote bool
}

// Button is something to press. Value goes with it and is checked again on
// the way in: a value proves nothing.
type Button struct {
	Action string
	Text   string
	Value  string
	Style  string // "", primary or danger
	Ask    string // asked before it counts
}

// Form is a modal.
type Form struct {
	Callback string
	Meta     string // comes back with the answer; never trusted, never personal
	Title    string
	Submit   string
	Parts    []Part
	Inputs   []Input
}

// Input is one field of a form: options to choose from, or free text.
type Input struct {
	Name     string
	Label    string
	Hint     string
	Options  []Choice
	Initial  string
	Optional bool
	Lines    bool // several lines
	Date     bool
	Time     bool
	Max      int
}

// Choice is one option of an input.
type Choice struct{ ID, Text string }

// Press is a button that somebody pressed.
type Press struct {
	ID      string // the same if it is sent again
	User    string
	Action  string
	Value   string
	Channel string
	TS      string
	Trigger string // opens a form, within three seconds
}

// Submission is a form that somebody sent.
type Submission struct {
	ID       string // the form's own id: the same if it is sent twice
	User     string
	Callback string
	Meta     string
	Values   map[string]string
}

// Spoken is a message that somebody wrote where the app can read it.
type Spoken struct {
	ID      string
	User    string
	Channel string
	Thread  string
	TS      string
	Text    Words
	Edited  bool
	Deleted bool
}

// ErrMessageGone says that the message to change is no longer there.
var ErrMessageGone = errors.New("the message is no longer there")

// Board is where panels are shown; adapters/slack implements it. A channel
// may also be a user's id: then it is their direct message with the app.
type Board interface {
	Post(ctx context.Context, channel, thread string, p Panel) (at Spot, err error)
	Update(ctx context.Context, at Spot, p Panel) error
	Whisper(ctx context.Context, channel, user, thread, text string) error
	Open(ctx context.Context, trigger string, f Form) error
}

// Spot is where a message stands.
type Spot struct{ Channel, TS string }

// Reaction is what a submitted form leads to: faults by field, or another
// form in its place; neither closes it.
type Reaction struct {
	Faults map[string]string
	Next   *Form
}

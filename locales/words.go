package locales

import "strings"

// Words are what people say in a language, in its own script and in the
// romanised spellings that are really typed.
type Words struct {
	Yes         []string            `json:"yes"`
	No          []string            `json:"no"`
	Commands    map[string][]string `json:"commands"` // stop start help back change skip restart human language privacy delete wrong call more none
	Numbers     map[string]int      `json:"numbers"`
	Ordinals    map[string]int      `json:"ordinals"`
	Weekdays    map[string][]string `json:"weekdays"` // mon … sun
	Months      map[string][]string `json:"months,omitempty"`
	Parts       map[string][]string `json:"parts"`    // morning afternoon evening any
	Relative    map[string][]string `json:"relative"` // today tomorrow weekend
	Before      []string            `json:"before"`
	After       []string            `json:"after"`
	Around      []string            `json:"around"`
	Not         []string            `json:"not"`
	Greetings   []string            `json:"greetings"`
	Names       []string            `json:"names"` // the language's own names
	Polite      []string            `json:"polite"`
	And         []string            `json:"and"`
	Sorry       []string            `json:"sorry"` // what follows corrects what stood before
	None        []string            `json:"none"`
	Refuse      []string            `json:"refuse"`
	NoHome      []string            `json:"no_home"`
	Same        []string            `json:"same"`
	NameIs      []string            `json:"name_is"`
	Live        []string            `json:"live"`
	Age         []string            `json:"age"` // years, years old
	Common      []string            `json:"common"`
	Romanised   []string            `json:"romanised,omitempty"`
	Channels    map[string][]string `json:"channels"` // text call whatsapp visit
	Gender      map[string][]string `json:"gender"`   // woman man
	Interpreter []string            `json:"interpreter"`
	Needs       map[string][]string `json:"needs"` // money home food lonely health
	Access      map[string][]string `json:"access,omitempty"`
	FAQ         map[string][]string `json:"faq,omitempty"` // free who robot long
}

// The words that UK networks and Twilio act on by themselves, as whole
// messages, whatever a number's flow is doing (Twilio: default opt-out
// handling of long codes; QUIT, REVOKE and OPTOUT since 2025).
var (
	networkStop  = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
	networkStart = []string{"START", "UNSTOP"}
	networkHelp  = []string{"HELP", "INFO"}
)

// Network tells what Twilio does with a text on SMS by itself: "STOP",
// "START", "HELP", or nothing. YES counts as START only while opted out, and
// that is the caller's to know.
func Network(text string) string {
	w := strings.ToUpper(strings.TrimSpace(text))
	for _, g := range []struct {
		words []string
		act   string
	}{{networkStop, "STOP"}, {networkStart, "START"}, {networkHelp, "HELP"}} {
		for _, x := range g.words {
			if w == x {
				return g.act
			}
		}
	}
	return ""
}

// NetworkWords lists every word that Twilio acts on.
func NetworkWords() []string {
	out := append([]string{"YES"}, networkStop...)
	return append(append(out, networkStart...), networkHelp...)
}

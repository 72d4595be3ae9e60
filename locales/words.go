package locales

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// Words are what people say in a language: in its own script, in the
// romanised spelling that is really typed, without accents, in the shorthand
// of texting. A linguist fills one file a language (locales/so/words.json);
// docs/translating.md is the guide, and what follows is the reference.
//
// How words are compared. Case, accents, harakat, tatweel, zero-width signs,
// apostrophes, digits of every script, spellings of one Arabic, Persian or
// Bengali letter, and letters typed three times ("yesss") make no difference:
// write each word once, in its full native spelling, and again only where
// people romanise it ("haan", "han") or shorten it ("pls"). Slips of the thumb
// in words of five letters and more are forgiven by themselves. Phrases of
// several words are welcome everywhere. Nothing may stand twice in one list;
// an accented word and its plain form side by side do no harm.
//
// Required keys are marked *; every other key may be left out where the
// language has no use for it. Numbers in brackets say how many entries are
// wanted.
type Words struct {
	// Yes* [10–30] is what a person answers who agrees, also with courtesy or
	// in two words ("yes please", "haan ji", "all right", "I agree"). No*
	// [8–25] likewise. A word that can mean either belongs to neither.
	Yes []string `json:"yes"`
	No  []string `json:"no"`
	// Unsure [4–12] is "maybe", "I don't know": never read as yes or no.
	Unsure []string `json:"unsure,omitempty"`
	// FalseFriends are words that English or a neighbour reads as yes, no, a
	// number or a command and that mean something else here, so that the
	// English meaning is switched off: Polish "no" (well, yeah), Spanish "y".
	FalseFriends []string `json:"false_friends,omitempty"`

	// Commands* work in every state, as whole messages. Keys: stop start help
	// back change skip restart human language privacy delete wrong call more
	// none [3–12 each]. Write what people send by itself: the bare word, "go
	// back", "I want to talk to a person", "leave me alone" (stop), "wrong
	// number" (wrong), "in another language" (language), "tell me more"
	// (more), "none of these" (none). Never a word that answers a question:
	// "home", "food", "English". The English words work in every language.
	Commands map[string][]string `json:"commands"`
	// Wish [3–10] stands before a command and adds nothing: "I want to", "can
	// I". It is cut before stop, back, change, skip, restart, delete.
	Wish []string `json:"wish,omitempty"`

	// Numbers* maps words to whole numbers: 0 to 20, the tens, 100. Write the
	// whole table to 99 only where the forms are irregular (Hindi, Urdu,
	// Bengali, Gujarati, Panjabi, Nepali); elsewhere 21 is put together from
	// 20 and 1, with or without a word of NumberJoin between them and in
	// either order. A number may be several words ("hai mươi": 20,
	// "soixante-dix": 70). All forms count: genders, cases, romanised.
	Numbers map[string]int `json:"numbers"`
	// NumberJoin is the word inside 21: Somali "iyo", Persian "و", Romanian
	// "și". (English has none.)
	NumberJoin []string `json:"number_join,omitempty"`
	// Ordinals* [first to tenth, and last: -1] in every gender that is used:
	// "the second", "2nd", "last one".
	Ordinals map[string]int `json:"ordinals"`
	// Choose [5–15] may stand beside a menu number and adds nothing: "number",
	// "option", "I choose", "the". Never "have", "year". All [3–8] is "all of
	// these".
	Choose []string `json:"choose,omitempty"`
	All    []string `json:"all,omitempty"`
	// And* joins two answers: "1 and 4". AndPrefix and AndSuffix are written
	// on the word itself: Arabic "و", Tigrinya "ን", Tamil "உம்".
	And       []string `json:"and"`
	AndPrefix []string `json:"and_prefix,omitempty"`
	AndSuffix []string `json:"and_suffix,omitempty"`

	// Weekdays* mon … sun and Months jan … dec: full, short, and the forms
	// used after "on". Weekday names with other meanings stay out.
	Weekdays map[string][]string `json:"weekdays"`
	Months   map[string][]string `json:"months,omitempty"`
	// Parts* of the day: morning afternoon evening any ("any time", "I don't
	// mind"). Night counts as evening.
	Parts map[string][]string `json:"parts"`
	// Relative* days: today tomorrow weekend weekday. A word that stands both
	// here and in Parts (Spanish "mañana") is unclear alone.
	Relative map[string][]string `json:"relative"`
	// Before*, After*, Around* an hour; where the word stands behind the hour
	// ("6 ke baad", "6'dan sonra") write it in the same list. Not* is what
	// denies the day, way or word beside it: "not", "never", "except".
	Before []string `json:"before"`
	After  []string `json:"after"`
	Around []string `json:"around"`
	Not    []string `json:"not"`
	// Busy says that the day or time named beside it does not suit: "I work",
	// "busy", "no good".
	Busy []string `json:"busy,omitempty"`
	// Clock is how the time of day is said.
	Clock Clock `json:"clock,omitzero"`

	// Greetings* [6–15]: a text that is nothing but these is no answer.
	// Polite* [8–20] is cut from both ends of an answer: please, thanks, sir,
	// sister, x. Keep yes and no out.
	Greetings []string `json:"greetings"`
	Polite    []string `json:"polite"`
	// Sorry* [5–10] corrects what stood before: in "3 no sorry 2" only the 2
	// counts. "I mean", "no wait", "I meant", "mistake".
	Sorry []string `json:"sorry"`
	// None* [4–10] answers a menu with "none of these". Refuse* [5–12]
	// refuses a question: "rather not say", "private", "I don't want to say".
	None   []string `json:"none"`
	Refuse []string `json:"refuse"`
	// NoHome* [8–20] says that a person has no fixed address: homeless, no
	// address, on the street, sleeping on friends' sofas, in a hostel, in the
	// car, in a refuge or asylum hotel.
	NoHome []string `json:"no_home"`
	// Kin are the people whom somebody asks help for: mother, son, neighbour.
	Kin []string `json:"kin,omitempty"`
	// Stays are those of NoHome that name a house where people stay for a
	// while: a hostel, a refuge, a hotel. With the name of a place beside it
	// the place is the answer.
	Stays []string `json:"stays,omitempty"`
	// Same* [3–8]: "the same number", "this phone".
	Same []string `json:"same"`

	// Names* are the language's own names as its speakers type them: native,
	// romanised, misspelt, with the dialects it serves. Languages maps codes
	// (BCP-47) to what other languages are called here: {"en": ["ইংরেজি"]}
	// [all thirty-one; English names are known already].
	Names     []string            `json:"names"`
	Languages map[string][]string `json:"languages,omitempty"`

	// NameIs* [5–10] stands before a name ("my name is", "call me", "mera
	// naam"), NameBehind behind it ("hai", "here", "ismim"). Live* [6–12]
	// stands before a place ("I live in", "near"), LiveBehind behind it
	// ("mein rehta hun"), and PlaceSuffix is written on it (Turkish "'de",
	// Bengali "য়ে"). AgeIs stands before an age ("I am", "tengo"), Age*
	// behind it ("years old"); Born* before a year or date of birth.
	NameIs      []string `json:"name_is"`
	NameBehind  []string `json:"name_behind,omitempty"`
	Live        []string `json:"live"`
	LiveBehind  []string `json:"live_behind,omitempty"`
	PlaceSuffix []string `json:"place_suffix,omitempty"`
	AgeIs       []string `json:"age_is,omitempty"`
	Age         []string `json:"age"`
	Born        []string `json:"born"`
	// Places maps English names of London places to their spelling here:
	// {"Barking": ["বার্কিং"]} [10–30: London, boroughs, where many speakers
	// live]. Outside [5–10] names big places outside London.
	Places  map[string][]string `json:"places,omitempty"`
	Outside []string            `json:"outside,omitempty"`
	// Calendars that people may count years of birth in beside the Gregorian:
	// persian (1350), bikram (2035), ethiopic, hijri.
	Calendars []string `json:"calendars,omitempty"`

	// Common* [60–150] are the most frequent short words of everyday texts
	// ("the", "my", "need", "house"), Romanised [40–100] the same as people
	// type them in Latin letters where the script is another. They tell the
	// languages apart: leave out what a neighbour language writes the same.
	Common    []string `json:"common"`
	Romanised []string `json:"romanised,omitempty"`

	// Channels*: text call whatsapp visit. Gender*: woman man (of the person
	// who is to call). Interpreter* [3–8]. Needs*: money home food lonely
	// health [10–30 each], the words people use in passing: debt, mould,
	// foodbank, alone, pain. Access: bsl relay large_print cannot_hear.
	Channels    map[string][]string `json:"channels"`
	Gender      map[string][]string `json:"gender"`
	Interpreter []string            `json:"interpreter"`
	Needs       map[string][]string `json:"needs"`
	Access      map[string][]string `json:"access,omitempty"`
	// FAQ* are questions back, as whole messages [4–10 each]: free who robot
	// long private home_office number.
	FAQ map[string][]string `json:"faq,omitempty"`
	// Abuse [5–20] are insults; a text that holds one and answers nothing is
	// met calmly.
	Abuse []string `json:"abuse,omitempty"`
}

// Clock is how a language says the time of day. "Before" and "behind" tell
// where the word stands beside the hour.
type Clock struct {
	Hour          []string `json:"hour,omitempty"`           // o'clock, Uhr, 点, baje: adds nothing
	AM            []string `json:"am,omitempty"`             // am, ص
	PM            []string `json:"pm,omitempty"`             // pm, م
	HalfBefore    []string `json:"half_before,omitempty"`    // half past 3, saadhe 3: 3:30
	HalfBehind    []string `json:"half_behind,omitempty"`    // 3 y media, 3 buçuk, 三点半: 3:30
	HalfTo        []string `json:"half_to,omitempty"`        // wpół do 3, пол 3: 2:30
	QuarterBefore []string `json:"quarter_before,omitempty"` // quarter past 3, sava 3
	QuarterBehind []string `json:"quarter_behind,omitempty"` // 3 y cuarto
	QuarterTo     []string `json:"quarter_to,omitempty"`     // quarter to 3, paune 3: 2:45
	QuarterLess   []string `json:"quarter_less,omitempty"`   // 3 menos cuarto: 2:45
	// Hours are forms of the hours that are not in Numbers ("trzeciej": 3).
	Hours map[string]int `json:"hours,omitempty"`
	// Times are words that are a time by themselves: "noon": "12:00", "dhai":
	// "02:30".
	Times map[string]string `json:"times,omitempty"`
	// Offset is 6 where the day's hours are counted from sunrise (Amharic,
	// Tigrinya): an hour counts only beside a part of the day.
	Offset int `json:"offset,omitempty"`
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

// Texts lists every text of a language by its key, as it stands in
// messages.json, in any one plural form.
func (l *Language) Texts() iter.Seq2[string, string] {
	return func(yield func(key, text string) bool) {
		for _, k := range slices.Sorted(maps.Keys(l.texts)) {
			if !yield(k, l.texts[k].Other) {
				return
			}
		}
	}
}

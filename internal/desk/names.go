package desk

import (
	"strings"

	"linkline/bot"
)

var safeNames = map[string]string{"yes": "yes", "no": "NO", "not_sure": "not sure"}

// blockNames are blocks of questions that a conversation may be lent to.
var blockNames = map[string]string{"ons4": "The four wellbeing questions", "gp": "Are they signed up with a doctor (GP)?", "matters": "What matters most to them"}

var lentNames = map[string]string{"done": "They have answered the questions you sent. You have the conversation again.", "broken_off": "They did not finish the questions you sent. You have the conversation again."}

var closeNames = map[string]string{
	"goals_met": "Goals met", "goals_part_met": "Goals partly met", "connected_to_service": "Connected to a service", "signposted": "Given information",
	"declined": "Did not want help", "withdrew_stop": "Texted STOP", "no_contact_after_3_tries": "No contact after 3 tries", "not_eligible": "Not eligible",
	"moved_area": "Moved or passed on", "already_supported": "Has support already", "duplicate": "Same person twice", "escalated_statutory": "Passed to social care, NHS or police",
	"unsafe_to_contact": "Not safe to contact", "died": "Has died",
}

var reasonNames = map[bot.Reason]string{
	bot.ReasonSelf: "New referral", bot.ReasonCrisis: "Possible danger", bot.ReasonHuman: "Asks for a person", bot.ReasonUnfinished: "Did not finish the questions",
	bot.ReasonLanguage: "A language we do not write", bot.ReasonUnreadable: "Could not be understood",
}

var flagNames = map[string]string{
	"someone_else": "asks for somebody else", "second_hand": "second-hand: ask their agreement first", "interpreter": "interpreter", "shared_phone": "others may read the phone",
	"concern": "concern: read today", "crisis": "possible danger", "young": "under 18",
}

var termNames = map[bot.Terms]string{
	bot.TermsAny: "Only they read this phone", bot.TermsShared: "Others may read this phone: careful words only", bot.TermsNone: "Not safe to text: use another way", bot.TermsUnknown: "Not known: treat it as shared",
}

var slotNames = map[string]string{
	"agreement": "Agreement", "who": "For whom", "young_age": "Age", "other_agree": "Do they agree", "name": "Name", "phone": "Phone", "safe": "Safe to text", "needs": "What would help",
	"place": "Area", "borough": "Council", "contact": "How to contact", "gp": "Signed up with a doctor (GP)", "matters": "What matters most",
	"ons4_satisfied": "Satisfied with life (0 to 10)", "ons4_worthwhile": "What they do is worthwhile (0 to 10)", "ons4_happy": "Happy yesterday (0 to 10)", "ons4_anxious": "Anxious yesterday (0 to 10)",
}

// stateSlots are the questions whose names are not those of their slots.
var stateSlots = map[string]string{"other_name": "name", "other_phone": "phone", "other_safe": "safe",
	"satisfied": "ons4_satisfied", "worthwhile": "ons4_worthwhile", "happy": "ons4_happy", "anxious": "ons4_anxious"}

// optionNames are the options of questions in a worker's words, by slot.
var optionNames = map[string]map[string]string{
	"who":         {"adult": "Themselves, 18 to 64", "older": "Themselves, 65 or over", "young": "Themselves, under 18", "other": "Somebody else"},
	"young_age":   {"under_13": "Under 13", "13_15": "13 to 15", "16_17": "16 or 17"},
	"other_agree": {"yes": "They know and agree", "no": "They do not know, or do not agree", "cannot_say": "They cannot say"},
	"safe":        {"mine": "Yes, only they read this phone", "others": "Others may read it", "no": "No, use another way"},
	"phone":       {"same": "The same as this phone"},
	"needs":       {"money": "Money", "home": "Home", "food": "Food", "lonely": "Lonely or low", "health": "Health", "other": "Something else"},
	"gp":          {"yes": "Yes", "no": "No", "not_sure": "Not sure"},
	"borough":     {"not_sure": "Not sure"},
	"contact": {
		"call": "Call", "text": "Text", "whatsapp": "WhatsApp", "visit": "A visit", "no_call": "no calls", "no_text": "no texts", "no_whatsapp": "no WhatsApp", "no_visit": "no visits",
		"morning": "morning", "afternoon": "afternoon", "evening": "evening", "any": "any time", "woman": "a woman please", "man": "a man please", "interpreter": "with an interpreter",
		"mon": "Mondays", "tue": "Tuesdays", "wed": "Wednesdays", "thu": "Thursdays", "fri": "Fridays", "sat": "Saturdays", "sun": "Sundays",
		"no_mon": "not Mondays", "no_tue": "not Tuesdays", "no_wed": "not Wednesdays", "no_thu": "not Thursdays", "no_fri": "not Fridays", "no_sat": "not Saturdays", "no_sun": "not Sundays",
		"bsl": "British Sign Language", "relay": "by relay service", "large_print": "large print", "cannot_hear": "cannot hear on the phone",
	},
}

// slotName names a question; one within a block carries the block's name in
// front.
func slotName(slot string) string {
	if rest := afterFirst(slot); slotNames[slot] == "" && slotNames[rest] != "" {
		return slotNames[rest]
	}
	return name(slotNames, slot)
}

func afterFirst(id string) string {
	_, rest, _ := strings.Cut(id, "_")
	return rest
}

func stateName(state string) string {
	for _, s := range []string{state, afterFirst(state)} {
		if slot := stateSlots[s]; slot != "" {
			return slotName(slot)
		}
	}
	return slotName(state)
}

// optionName names an option; "after|15:30" is a time of day.
func optionName(slot, id string) string {
	if n := optionNames[slot][id]; n != "" {
		return n
	}
	id = strings.ReplaceAll(id, "|", " ")
	return strings.ReplaceAll(id, "_", " ")
}

var categoryNames = map[string]string{
	"suicide": "Suicide", "selfharm": "Self-harm", "abuse": "Abuse at home or by somebody close", "violence": "Violence now", "child": "A child at risk", "adult": "An adult at risk",
	"medical": "Medical emergency", "exploitation": "Exploitation", "destitution": "Nothing to eat or nowhere to sleep", "threat": "Threat to somebody",
}

func name(m map[string]string, id string) string {
	if n, ok := m[id]; ok {
		return n
	}
	return strings.ReplaceAll(id, "_", " ")
}

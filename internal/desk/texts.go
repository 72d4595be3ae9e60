package desk

import (
	"strings"

	"linkline/bot"
)

// Actions of buttons and callbacks of forms.
const (
	actClaim     = "claim"
	actKnow      = "know"
	actReply     = "reply"
	actRelease   = "release"
	actClose     = "close"
	actTakeAlert = "alert_take"
	formReply    = "reply"
	formPreview  = "reply_send"
	formClose    = "close"
)

// Everything a link worker is told stands here.
const (
	sayNotOnRoster = "You are not on the list for this programme. Ask your coordinator to add you."
	sayVolunteer   = "Volunteers cannot take referrals. A link worker will."
	sayStale       = "This has changed since it was shown. Nothing was done. See /linkline mine and /linkline queue."
	sayLater       = "That did not work just now. Nothing was lost; please try again in a minute."
	sayYours       = "You have {ref} already. It is in your messages with Linkline."
	sayHeld        = "{ref} is already with <@{who}>."
	sayNotHeld     = "{ref} is no longer with you. Nothing was sent."
	sayKnows       = "You said that you know this person, so somebody else will take it."
	sayKnowDone    = "Thank you. This referral will not be offered to you. Nobody is told why."
	sayKnowHeld    = "You hold {ref}. Press Release first, then press I know this person on the card."
	sayClosed      = "{ref} is closed."
	sayReleased    = "{ref} is back in the queue. The words were removed from your messages."
	sayAlertHeld   = "<@{who}> has this alert."
	sayNote        = "This stays between you and Linkline: it was not sent to the person. To write to them, press Reply."
	sayEdited      = "Changing a message here changes nothing for the person. What was sent stays sent."
	sayStopped     = "The person has texted STOP. Nothing can be sent until they text START. You may call, if they agreed to calls."
	sayWindow      = "WhatsApp lets us write only within 24 hours of the person's last message. Call them, or wait until they write."
	sayTerms       = "Others may read this phone, and the person did not write in the last ten minutes. Free words are not sent now. Use an approved reply, or call as agreed."
	sayTermsNone   = "The person said it is not safe to text this phone. Nothing is sent unless they wrote in the last ten minutes."
	sayNewer       = "The person has written since you opened this. Read it first, then send again."
	sayEmpty       = "Write something, or choose an approved reply."
	sayBoth        = "Choose an approved reply or write your own words, not both."
	sayNeedDay     = "This reply needs a day."
	sayNeedTime    = "This reply needs a time."
	sayTooLong     = "That is too long for a text. Please shorten it."
	sayHelp        = "Linkline brings people who text for help to you.\n• New referrals appear as cards in your channel. Press Claim to take one.\n• What the person said comes to your messages with Linkline. Press Reply to text them.\n• /linkline queue shows who waits, /linkline next takes the first, /linkline mine shows yours, /linkline status shows how things stand."
	sayNothing     = "Nobody is waiting."
	sayNoneMine    = "You hold nothing at the moment."
	sayUnreached   = "Our text with the helplines could not reach this person. Phone them. If you cannot, and someone may be in danger, call 999."
	sayOverspent   = "This is only a warning: every text still goes out. If it is not a busy day, ask whoever runs Linkline to look for a flood of texts."
)

func say(text string, ref bot.Ref, who string) string {
	return strings.NewReplacer("{ref}", string(ref), "{who}", who).Replace(text)
}

// refusals are the conversation's reasons in a worker's words.
var refusals = map[string]string{
	"not_yours": "This referral is no longer with you. Nothing was sent.",
	"stopped":   sayStopped, "window": sayWindow, "terms": sayTerms, "newer": sayNewer, "gone": sayStale, "fence": sayStale, "broken": sayLater,
}

// approved are the replies that may be chosen in English and are sent in the
// resident's language.
var approved = []struct {
	ID, Text  string
	Day, Time bool
}{
	{"may_i_call", "May I call you now?", false, false},
	{"will_call", "I will call you on (day) at (time)", true, true},
	{"missed_you", "Sorry I missed you. When is a good time?", false, false},
	{"other_time", "Is another time better?", false, false},
	{"in_touch", "I will be in touch by (day)", true, false},
	{"interpreter", "Would an interpreter help?", false, false},
}

var closeNames = map[string]string{
	"goals_met": "Goals met", "goals_part_met": "Goals partly met", "connected_to_service": "Connected to a service", "signposted": "Given information",
	"declined": "Did not want help", "withdrew_stop": "Texted STOP", "no_contact_after_3_tries": "No contact after 3 tries", "not_eligible": "Not eligible",
	"moved_area": "Moved or passed on", "already_supported": "Has support already", "duplicate": "Same person twice", "escalated_statutory": "Passed to social care, NHS or police",
	"unsafe_to_contact": "Not safe to contact", "died": "Has died",
}

var needNames = map[string]string{"money": "Money", "home": "Home", "food": "Food", "lonely": "Lonely or low", "health": "Health", "other": "Something else"}

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
	"who": "For whom", "young_age": "Age", "other_agree": "Do they agree", "name": "Name", "phone": "Phone", "safe": "Safe to text", "needs": "What would help",
	"place": "Area", "borough": "Council", "contact": "How to contact",
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

package desk

import (
	"strings"

	"linkline/bot"
)

// Actions of buttons and callbacks of forms.
const (
	actClaim      = "claim"
	actKnow       = "know"
	actReply      = "reply"
	actRelease    = "release"
	actClose      = "close"
	actHand       = "hand"
	actMove       = "move"
	actCalled     = "called"
	actMute       = "mute"
	actUnmute     = "unmute"
	actLend       = "lend"
	actDelete     = "delete"
	actDeleteOff  = "delete_off"
	actHold       = "hold"
	actHoldOff    = "hold_off"
	actTakeAlert  = "alert_take"
	actCloseAlert = "alert_close"
	actReadAlert  = "alert_read"
	formReply     = "reply"
	formPreview   = "reply_send"
	formClose     = "close"
	formHand      = "hand"
	formMove      = "move"
	formLend      = "lend"
	formHold      = "hold"
	formAlert     = "alert_close"
)

// Roles that are more, or less, than a link worker's.
const (
	roleCoordinator = "coordinator"
	roleVolunteer   = "volunteer"
)

// Everything a link worker is told stands here.
const (
	sayNotOnRoster     = "You are not on the list for this programme. Ask your coordinator to add you."
	sayVolunteer       = "Volunteers cannot take referrals. A link worker will."
	sayNoWords         = "No words were kept: the person has not agreed to that. They asked for a person; write to them first."
	sayHomeOffice      = "Whether we tell the Home Office. They were told that a person will answer."
	sayQuestion        = "Something that no text answers, such as how we have their number. They were told that a person will answer."
	sayStale           = "This has changed since it was shown. Nothing was done. See /linkline mine and /linkline queue."
	sayLater           = "That did not work just now. Nothing was lost; please try again in a minute."
	sayYours           = "You have {ref} already. It is in your messages with Linkline."
	sayHeld            = "{ref} is already with <@{who}>."
	sayNotHeld         = "{ref} is no longer with you. Nothing was sent."
	sayKnows           = "You said that you know this person, so somebody else will take it."
	sayKnowDone        = "Thank you. This referral will not be offered to you. Nobody is told why."
	sayKnowHeld        = "You hold {ref}. Press Release first, then press I know this person on the card."
	sayErased          = "{ref} was deleted. Nothing of it is kept here."
	sayDeleteTask      = "The person of {ref} has asked for everything about them to be deleted. Delete it, or put it on hold and say why it must be kept. They can still take it back. Alerts about danger are records of their own and stay."
	sayDeleteAsk       = "Everything about this person is deleted here, at Twilio and in Slack. It cannot be brought back."
	sayDeleteOffAsk    = "They told you themselves that they want to keep it."
	sayHoldOffAsk      = "After this it may be deleted."
	sayDeleteCancelled = "The person of {ref} no longer asks for deletion. There is nothing to do."
	sayDeleteWho       = "Only coordinators and the safeguarding lead can delete or keep."
	sayDeleteAlert     = "An alert about this person is open. Close it first and say what was done; then delete."
	sayDeleteHold      = "There is a hold on {ref}. Take it off first, or leave it until the reason is gone."
	sayDeleteNotAsked  = "The person of {ref} no longer asks for deletion. Nothing was deleted."
	sayDeleting        = "{ref} is being deleted, here, at Twilio and in Slack."
	sayDeleteKept      = "Noted. {ref} is kept."
	sayHoldAbout       = "Nothing of {ref} is deleted while the hold stands, not even at the end of its time. Please write no names here."
	sayHoldWhy         = "Say why it must be kept."
	sayHoldOff         = "The hold on {ref} is off."
	sayLend            = "The questions are sent in their language. Their answers come here; anything else they write comes to you, and you keep the conversation."
	sayMuteAsk         = "For 7 days their texts are kept but not answered and not shown here. A cry for help is always answered, raises an alert and ends the mute."
	sayMuted           = "The number of {ref} is muted for 7 days. /linkline mine shows it; Unmute stands in your messages."
	sayUnmuted         = "The number of {ref} is no longer muted."
	sayMutedNote       = "Muted until {who}. Their texts are kept and not shown. A cry for help ends it."
	sayUnmutedNote     = "No longer muted. What they wrote meanwhile stands here."
	sayMutedLine       = " · muted until {who}"
	sayLeaseOver       = "Your time with {ref} ran out before first contact, so it is back in the queue. Press Claim on its card, or /linkline next, to take it again."
	sayClosed          = "{ref} is closed."
	sayReleased        = "{ref} is back in the queue. The words were removed from your messages."
	saySafe            = "Asked about safety, they answered: {who}. Please read it together with what they wrote."
	sayCancelled       = "They no longer ask to have their data deleted."
	sayCallMe          = "They ask to be called."
	sayCalled          = "Noted. {ref} is yours now until you close it, hand it over or release it."
	sayHandTo          = "Choose who takes it."
	sayHandSelf        = "You hold it already. Choose somebody else."
	sayHandKnows       = "This colleague cannot take it. Please choose somebody else."
	sayHandRole        = "Volunteers cannot take referrals. Please choose a link worker."
	sayHanded          = "The words move to your colleague's messages with Linkline and are removed from yours."
	sayMove            = "You can hand it to a colleague, or put it back into the queue. Whoever holds it now loses the words at once."
	sayCoordinator     = "Only coordinators can move a referral that somebody else holds."
	sayAgain           = "That took too long to open. Please press the button again."
	sayUnderCard       = "What you write under a card is seen by everybody in this channel, and never by the person. Please write no names or numbers here."
	sayDeleted         = "Deleting a message here deletes nothing at the person's phone. What was sent stays sent."
	sayUnanswered      = "They wrote a working day ago and have had no answer from us. Please reply, or hand it over."
	sayRedactedOpen    = "The words about {ref} were removed here. It is back in the queue."
	sayRedactedMoved   = "The words about {ref} were removed here. A colleague has it now."
	sayRedactedClosed  = "The words about {ref} were removed here. It is closed."
	sayNoAlerts        = "Alerts are for link workers and the safeguarding lead. One of them will see to it. If somebody is in danger now, call 999."
	sayAlertLater      = "You have this alert, but its words could not be shown just now. Please press I have this again in a minute."
	sayAlertClosed     = "This alert is closed already, by <@{who}>."
	sayAlertNotYours   = "<@{who}> has this alert. Press I have this first."
	sayAlertRemoved    = "The words of this alert were removed here."
	sayAlertSent       = "The person has been sent the safety text for this. The words open to whoever takes it."
	sayAlertTry        = "This came from somebody who was trying the questions. It may be real all the same: treat it so. The person has been sent the safety text."
	sayAlertDrill      = "This is a drill. Press I have this, then close it, as if it were real."
	sayAlertTaken      = "If someone is in danger now, call 999. Follow your safeguarding steps. The alert stays open until you close it and say what was done. Claim the referral to write to the person."
	sayConcern         = "What this person wrote should be read by a person today. It is not sent to phones. The words open to whoever reads it."
	sayNotReached      = "Phone them: {who}."
	sayCloseAlert      = "Nothing from the phone closes an alert: only this does. The words are removed from your messages."
	sayWindowOpen      = "WhatsApp takes your words until {who}. After that only a call, or wait until they write."
	sayAlertHeld       = "<@{who}> has this alert."
	sayNote            = "This stays between you and Linkline: it was not sent to the person. To write to them, press Reply."
	sayEdited          = "Changing a message here changes nothing for the person. What was sent stays sent."
	sayStopped         = "The person has texted STOP. Nothing can be sent until they text START. You may call, if they agreed to calls."
	sayWindow          = "WhatsApp lets us write only within 24 hours of the person's last message. Call them, or wait until they write."
	sayTerms           = "Others may read this phone, and the person did not write in the last ten minutes. Free words are not sent now. Use an approved reply, or call as agreed."
	sayTermsNone       = "The person said it is not safe to text this phone. Nothing is sent unless they wrote in the last ten minutes."
	sayNewer           = "The person has written since you opened this. Read it first, then send again."
	sayEmpty           = "Write something, or choose an approved reply."
	sayBoth            = "Choose an approved reply or write your own words, not both."
	sayNeedDay         = "This reply needs a day."
	sayNeedTime        = "This reply needs a time."
	sayPast            = "That is past, or more than six months away. Please choose another day or time."
	sayTooLong         = "That is too long for a text. Please shorten it."
	sayHelp            = "Linkline brings people who text for help to you.\n• New referrals appear as cards in your channel. Press Claim to take one.\n• What the person said comes to your messages with Linkline. Press Reply to text them.\n• /linkline queue shows who waits, /linkline next takes the first, /linkline mine shows yours, /linkline status shows how things stand."
	sayUnreached       = "Our text with the helplines could not reach this person. Phone them. If you cannot, and someone may be in danger, call 999."
	sayOverspent       = "This is only a warning: every text still goes out. If it is not a busy day, ask whoever runs Linkline to look for a flood of texts."
	sayNow             = "{ref} is yours. What the person said is in your messages with Linkline."
	sayLine            = "{ref} · {reason} · {lang} · since {since}"
	sayLineNew         = "{ref} · {reason} · {lang} · since {since} · not yet contacted"
	sayNext            = "/linkline next takes the first."
	sayInMessages      = "Each is in your messages with Linkline."
	sayNothing         = "Nobody is waiting."
	sayNoneMine        = "You hold nothing at the moment."
)

func say(text string, ref bot.Ref, who string) string {
	return strings.NewReplacer("{ref}", string(ref), "{who}", who).Replace(text)
}

// refusals are the conversation's reasons in a worker's words.
var refusals = map[string]string{
	"not_yours": "This referral is no longer with you. Nothing was sent.",
	"stopped":   sayStopped, "window": sayWindow, "terms": sayTerms, "newer": sayNewer, "gone": sayStale, "fence": sayStale, "broken": sayLater, "hold": sayDeleteHold, "not_asked": sayDeleteNotAsked,
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

// failures say what to do about a text that did not arrive, by code.
var failures = map[string]string{
	"21610":   "They have texted STOP, so it was not sent. Nothing can be sent until they text START. Call them, if they agreed to calls.",
	"21614":   "Their number takes no texts: it may be a landline. Call them.",
	"21211":   "Their number is not a phone number that can be reached. Check it with whoever made the referral.",
	"30003":   "Their phone is off or has no signal. Try again later, or call.",
	"30004":   "Their network or phone blocked it. Call them, if they agreed to calls.",
	"30005":   "Their number is not in use, or not known. Check it.",
	"30006":   "It is a landline, or their network cannot take texts. Call them.",
	"30007":   "A filter of their network stopped it. Write it in other words and without links, or call.",
	"30008":   "Their network does not say why. Try once more later, or call.",
	"63003":   "They are not on WhatsApp. Call them.",
	"63016":   sayWindow,
	"63024":   "WhatsApp cannot reach them. Call them.",
	"gave_up": "It could not be sent for a long time and was given up. Try again, or call.",
	"unknown": "Nobody can tell whether it went out. Ask them, or call.",
	"window":  sayWindow, "stopped": sayStopped, "terms": sayTerms, "lock": sayTerms,
	"lost":       "It was no longer yours to send when its turn came.",
	"unreadable": "It could not be read any more. Write it again.",
}

func failure(code string) string {
	what := failures[code]
	if what == "" {
		what = "Try calling, if they agreed to calls."
	}
	if code == "" || code[0] < '0' || code[0] > '9' { // our own word: it tells a worker nothing
		return "A text of ours did not reach them. " + what
	}
	return "A text of ours did not reach them (code " + code + "). " + what
}

// alertCodes are what can have been done about an alert.
var alertCodes = []struct{ ID, Text string }{
	{"called", "Called and spoke with them"},
	{"welfare_999", "999: asked for a welfare check"},
	{"safe", "They are safe"},
	{"could_not_reach", "Could not reach them"},
}

// pageNames call people to an alert; {who} is whoever has it.
var pageNames = map[string]string{
	"new":     "Nobody has pressed I have this yet. Please look now.",
	"long":    "<@{who}> took this and has not closed it. Please find out if they need help, or take it.",
	"yours":   "You took this a while ago. Is it done? Close it and say what was done, or press I still have this.",
	"concern": "Nobody has read this yet. It should be read today.",
}

// pageTexts are what phones on call are sent: they tell nothing.
var pageTexts = map[string]string{
	"text":  "Linkline: someone may need help now. Please open Slack and press I have this. You cannot answer this text.",
	"drill": "Linkline PRACTICE alert. Nobody is in danger. Please open Slack and press I have this. You cannot answer this text.",
}

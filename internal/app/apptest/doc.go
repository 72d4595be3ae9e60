// Package apptest runs transcripts through the whole: real adapters, engine,
// queue and desk between an emulated Twilio and an emulated Slack, with a
// clock that only the transcript moves. Only tests import it.
//
// A transcript is a text file that reads like the conversation it checks. It
// begins with what it is about, and may set the scene:
//
//	# Somebody changes their mind about the area.
//	languages: en, so           the programme's languages; en where nothing is said
//	young: own                  young people have workers of their own
//	after: ons4                 blocks asked after the referral, which a holder may lend to
//	approved: home office       the programme approved the text about the Home Office
//	start: 2026-11-24 10:00     where the clock stands, London time
//	phone B: +447700900456      a second phone; its lines begin with B
//
// Then come steps, one a line:
//
//	> hello                     the resident texts, a minute after the step before
//	>> and another thing        they text again without any time between
//	> (photo)                   a picture, (voice) a voice note, (empty) nothing at all
//	B> salaan                   a text from the phone B
//	< Hello, this is Linkline*  the next text that reaches the phone, in order
//	B< *                        the next text that reaches phone B
//	+2h                         time goes by (m, h, d); whatever falls due happens
//	@worker claim               presses Claim on the newest card
//	@worker reply I am here     writes to the resident in own words
//	@worker approved missed_you sends an approved reply
//	@worker release             gives the referral back
//	@worker close goals_met     closes it with an outcome
//	@worker lend ons4           lends the conversation to a block of questions
//	@worker mute                mutes the number; unmute
//	@lead delete                does what the newest deletion task asks; delete_off, hold_off
//	@lead hold a complaint      puts the record on hold, with the reason
//	@worker alert               presses I have this on the newest alert
//	@worker done safe           closes the alert, saying what was done
//	[cards: Initials A]         the card channel shows this; also alerts, young, dm worker, dm other, dm lead
//	[not cards: Amina]          and not this
//	[count cards: 1]            so many messages stand there
//	[on call: *alert*]          the next text that reaches the on-call phone
//
// Every text that reaches a phone must be expected, in order: one that is not
// fails the transcript, and so does one that does not come. "*" stands for
// anything; a line break within a text is written " / "; {ref} is the reference
// that the resident was last told. Marks that only steer the direction of
// writing are left out before texts are compared. A line that begins with #
// is a remark. People are worker, other, lead and stranger.
//
// Run reads one file, RunDir every file of a directory, each as a test of its
// own.
package apptest

package twilio

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"linkline/bot"

	sdk "github.com/twilio/twilio-go/client"
)

// class is what one of Twilio's codes means for a text.
type class struct {
	outcome bot.Outcome
	wait    time.Duration // before the next try, if it was not sent
	alarm   bool          // an operator must act: nothing goes out until then
}

var (
	again  = func(wait time.Duration) class { return class{outcome: bot.NotSent, wait: wait} }
	fixUs  = class{outcome: bot.NotSent, wait: time.Minute, alarm: true}
	refuse = class{outcome: bot.Rejected}
	setup  = class{outcome: bot.Rejected, alarm: true}
	unsure = class{outcome: bot.Unknown}
)

// classes are Twilio's answers to a text (Twilio's error dictionary). What is
// not listed is judged by its HTTP status: 4xx will never go out, 5xx nobody
// knows.
var classes = map[int]class{
	20429: again(0),                // too many requests at once: never processed
	14107: again(40 * time.Second), // loop guard: 15 replies in 30 seconds
	21611: again(time.Minute),      // the sender's queue holds four hours of texts
	30001: again(time.Minute),
	63017: again(time.Minute),
	63018: again(time.Minute),
	63038: again(10 * time.Minute), // WhatsApp's daily limit

	20003: fixUs, // credentials
	20005: fixUs, // the account is not active
	30002: fixUs, // the account is suspended
	30010: fixUs, // the price cap is reached
	21222: fixUs, // credentials that the SDK itself refuses
	21224: fixUs,

	20500: unsure,
	20503: unsure,
	30410: unsure, // the provider timed out; Twilio does not repeat it

	21212: setup, // From is not valid
	21603: setup, // no From
	21606: setup, // From cannot send texts
	21659: setup, // From is not ours
	21408: setup, // the country is not enabled
	21609: setup, // the callback address is not valid
	21703: setup, // the messaging service has no usable sender
	21704: setup,
	21705: setup,
	63007: setup, // From is not a WhatsApp sender
	30032: setup,
	30034: setup,
	30035: setup,
	63040: setup, // template rejected, paused, disabled
	63041: setup,
	63042: setup,
	20001: setup, // a parameter that Twilio does not know: our fault
	20404: setup,
	20422: setup,
	21602: setup, // no body
	21604: setup, // no To
	21617: setup, // over 1,600 characters
	21620: setup,
	21623: setup,
	21654: setup,
	21655: setup,
	21656: setup,

	21211: refuse, // To is not valid
	21610: refuse, // the resident opted out
	21612: refuse, // To cannot be reached from this From
	21614: refuse, // To is not a mobile
	63003: refuse, // not on WhatsApp
	63016: refuse, // outside the 24-hour window
	63024: refuse,
	63032: refuse,
	63033: refuse,
}

// classify says what became of a failed call: certainly not sent, refused for
// good, or unknown. What cannot be told is unknown: a second copy of a text
// is worse than a late one.
func classify(err error, c *carrier) error {
	status, code := c.status, 0
	var rest *sdk.TwilioRestError
	if errors.As(err, &rest) {
		code = rest.Code
		if status == 0 {
			status = rest.Status
		}
	}
	k, listed := classes[code]
	switch {
	case status == http.StatusTooManyRequests:
		k.outcome = bot.NotSent // never processed, whatever the code
	case status >= 500:
		k = unsure
	case listed:
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		k = fixUs
	case status >= 400:
		k = refuse
	case status == 0 && !c.wrote.Load():
		k = again(2 * time.Second)
	default:
		k = unsure
	}
	out := &bot.SendError{Outcome: k.outcome, Alarm: k.alarm}
	if code != 0 {
		out.Code = strconv.Itoa(code)
	}
	if k.outcome == bot.NotSent {
		out.Retry = max(k.wait, retryAfter(c.retry, time.Now()))
	}
	return out
}

// retryAfter reads the header: seconds or a date. More than ten minutes is
// not believed.
func retryAfter(s string, now time.Time) time.Duration {
	var wait time.Duration
	if n, err := strconv.Atoi(s); err == nil {
		wait = time.Duration(min(max(n, 0), 3600)) * time.Second
	} else if at, err := http.ParseTime(s); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), 10*time.Minute)
}

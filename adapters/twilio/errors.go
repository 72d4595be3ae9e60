package twilio

import (
	"errors"
	"net"
	"strconv"
	"time"

	"linkline/bot"

	sdk "github.com/twilio/twilio-go/client"
)

// retryable are codes of a call that Twilio certainly did not carry out and
// that may be tried again (Twilio's error dictionary).
var retryable = map[int]time.Duration{
	20429: 0,                // too many requests: never processed
	14107: 40 * time.Second, // loop guard: 15 replies in 30 seconds
	21611: time.Minute,      // the sender's queue is full
	63017: time.Minute, 63018: time.Minute,
}

// classify says what became of a failed call: certainly not sent, refused for
// good, or unknown. What cannot be told is unknown: a second copy of a text
// is worse than a late one.
func classify(err error, c *carrier) error {
	out := &bot.SendError{Outcome: bot.Unknown}
	var rest *sdk.TwilioRestError
	if errors.As(err, &rest) {
		out.Code = strconv.Itoa(rest.Code)
		if rest.Code == 0 {
			out.Code = ""
		}
		wait, again := retryable[rest.Code]
		switch {
		case rest.Status == 429 || again:
			out.Outcome, out.Retry = bot.NotSent, max(wait, retryAfter(c.retry))
		case rest.Status == 401 || rest.Status == 403 || rest.Code == 20003:
			out.Outcome, out.Retry, out.Alarm = bot.NotSent, time.Minute, true
		case rest.Status >= 500:
		case rest.Status >= 400:
			out.Outcome = bot.Rejected
		case rest.Code == 21222 || rest.Code == 21224: // refused by the SDK itself
			out.Outcome, out.Retry, out.Alarm = bot.NotSent, time.Minute, true
		}
		return out
	}
	switch {
	case c.status == 429:
		out.Outcome, out.Retry = bot.NotSent, retryAfter(c.retry)
	case c.status == 401 || c.status == 403:
		out.Outcome, out.Retry, out.Alarm = bot.NotSent, time.Minute, true
	case c.status == 0 && !c.wrote:
		out.Outcome, out.Retry = bot.NotSent, 2*time.Second
	}
	return out
}

func retryAfter(s string) time.Duration {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, 10*time.Minute)
}

// isDial tells whether a connection never came about, so that nothing can
// have been sent.
func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

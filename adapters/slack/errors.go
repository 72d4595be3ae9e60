package slack

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"linkline/bot"

	"github.com/slack-go/slack"
)

// Error is a failed call to Slack. Retry is how long Slack asked to wait;
// Unknown is set when the work may have been done all the same; Final when
// trying again is of no use.
type Error struct {
	Op      string
	Code    string
	Retry   time.Duration
	Unknown bool
	Final   bool
}

// Error names the call and Slack's own word for the failure.
func (e *Error) Error() string { return fmt.Sprintf("slack: %s: %s", e.Op, e.Code) }

// Wait tells how long to wait before the next try; zero when Slack did not say.
func (e *Error) Wait() time.Duration { return e.Retry }

// Lost tells whether the work may have been done although it failed.
func (e *Error) Lost() bool { return e.Unknown }

// Never tells whether trying again is of no use.
func (e *Error) Never() bool { return e.Final }

// gone are the ways in which Slack says that a message is no longer there.
var gone = map[string]bool{"message_not_found": true, "thread_not_found": true, "cannot_reply_to_message": true}

var final = map[string]bool{
	"channel_not_found": true, "invalid_blocks": true, "msg_too_long": true, "no_text": true, "invalid_arguments": true,
	"cant_update_message": true, "edit_window_closed": true, "user_not_found": true, "msg_blocks_too_long": true,
}

func classify(op string, err error) error {
	if err == nil {
		return nil
	}
	var limit *slack.RateLimitedError
	var said slack.SlackErrorResponse
	switch {
	case errors.As(err, &limit):
		return &Error{Op: op, Code: "ratelimited", Retry: limit.RetryAfter}
	case errors.As(err, &said):
		if gone[said.Err] {
			return fmt.Errorf("slack: %s: %w", op, bot.ErrMessageGone)
		}
		return &Error{Op: op, Code: said.Err, Final: final[said.Err], Unknown: said.Err == "internal_error" || said.Err == "fatal_error"}
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) {
		if status.Code == http.StatusTooManyRequests { // it did not say how long
			return &Error{Op: op, Code: "ratelimited", Retry: 30 * time.Second}
		}
		return &Error{Op: op, Code: fmt.Sprintf("http_%d", status.Code), Unknown: status.Code >= 500}
	}
	return &Error{Op: op, Code: "no_answer", Unknown: true}
}

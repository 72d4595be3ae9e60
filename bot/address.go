package bot

import (
	"fmt"
	"log/slog"
	"strings"
)

// Channel is the way a text travels.
type Channel string

// The channels that residents use.
const (
	SMS      Channel = "sms"
	WhatsApp Channel = "whatsapp"
)

// Address is where a resident or the service can be reached, exactly as the
// provider wrote it: "+447700900123", "whatsapp:+447700900123" or a
// business-scoped id. It is personal data: every way of printing it masks it.
// Raw gives the value to code that sends or stores it.
type Address string

// Raw returns the address itself, for sending and for sealed storage.
func (a Address) Raw() string { return string(a) }

// Channel tells which channel the address belongs to.
func (a Address) Channel() Channel {
	if strings.HasPrefix(string(a), "whatsapp:") {
		return WhatsApp
	}
	return SMS
}

// String masks the address.
func (a Address) String() string { return "[address]" }

// GoString masks the address.
func (a Address) GoString() string { return "[address]" }

// Format masks the address under every verb.
func (a Address) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte("[address]")) }

// LogValue masks the address in logs.
func (a Address) LogValue() slog.Value { return slog.StringValue("[address]") }

// Words is text that a person wrote or will read. It prints as its length.
type Words string

// Raw returns the words themselves, for sending and for sealed storage.
func (w Words) Raw() string { return string(w) }

// String hides the words.
func (w Words) String() string { return fmt.Sprintf("[%d bytes]", len(w)) }

// GoString hides the words.
func (w Words) GoString() string { return w.String() }

// Format hides the words under every verb.
func (w Words) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(w.String())) }

// LogValue hides the words in logs.
func (w Words) LogValue() slog.Value { return slog.StringValue(w.String()) }

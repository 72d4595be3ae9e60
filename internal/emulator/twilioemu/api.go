package twilioemu

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linkline/internal/sms"
)

var (
	pathPat    = regexp.MustCompile(`^/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/Messages(?:/((?:SM|MM)[0-9a-fA-F]{32}))?\.json$`)
	numbersPat = regexp.MustCompile(`^/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/IncomingPhoneNumbers\.json$`)
	e164       = regexp.MustCompile(`^(whatsapp:)?\+[1-9][0-9]{6,14}$`)
	bsuid      = regexp.MustCompile(`^whatsapp:[A-Z]{2}\.[A-Za-z0-9.]{1,128}$`)
	mg         = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
	hx         = regexp.MustCompile(`^HX[0-9a-fA-F]{32}$`)
)

// ServeHTTP is Twilio's REST API.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := pathPat.FindStringSubmatch(r.URL.Path)
	if n := numbersPat.FindStringSubmatch(r.URL.Path); n != nil {
		m = []string{n[0], n[1], "numbers"}
	}
	if m == nil {
		fail(w, 404, 20404, "The requested resource was not found")
		return
	}
	user, pass, _ := r.BasicAuth()
	if user != e.conf.AccountSID || pass != e.conf.AuthToken || m[1] != e.conf.AccountSID {
		fail(w, 401, 20003, "Authenticate")
		return
	}
	switch {
	case m[2] == "numbers" && r.Method == http.MethodGet:
		e.listNumbers(w)
	case m[2] == "numbers":
		fail(w, 405, 20004, "Method not allowed")
	case m[2] == "" && r.Method == http.MethodPost:
		e.create(w, r)
	case m[2] == "" && r.Method == http.MethodGet:
		e.list(w, r)
	case m[2] != "":
		e.one(w, r, m[2])
	default:
		fail(w, 405, 20004, "Method not allowed")
	}
}

func fail(w http.ResponseWriter, status, code int, msg string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "message": msg, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code), "status": status})
}

// check refuses what Twilio refuses at once. It must be called with the lock
// held.
func (e *Emulator) check(f url.Values) (code int, msg string) {
	to, from, service := f.Get("To"), f.Get("From"), f.Get("MessagingServiceSid")
	_, known := e.numbers[from]
	content := f.Get("ContentSid")
	switch {
	case to == "":
		return 21604, "A 'To' phone number is required."
	case !e164.MatchString(to) && !bsuid.MatchString(to):
		return 21211, "The 'To' number is not a valid phone number."
	case from == "" && service == "":
		return 21603, "A 'From' phone number is required."
	case service != "" && (!mg.MatchString(service) || e.services[service] == ""):
		return 21705, "The Messaging Service is invalid."
	case from != "" && service == "" && !known && strings.HasPrefix(from, "whatsapp:"):
		return 63007, "Twilio could not find a Channel with the specified From address"
	case from != "" && service == "" && !known:
		return 21606, "The 'From' phone number is not a valid message-capable Twilio phone number."
	case from == to:
		return 21266, "'To' and 'From' number cannot be the same"
	case service == "" && strings.HasPrefix(to, "whatsapp:") != strings.HasPrefix(from, "whatsapp:"):
		return 63007, "Twilio could not find a Channel with the specified From address"
	case content != "" && !hx.MatchString(content):
		return 21655, "The ContentSid is invalid."
	case f.Get("ContentVariables") != "" && !json.Valid([]byte(f.Get("ContentVariables"))):
		return 21656, "The ContentVariables parameter is invalid."
	case f.Get("Body") == "" && content == "" && f.Get("MediaUrl") == "":
		return 21602, "Message body is required."
	case len(f["MediaUrl"]) > 10:
		return 21623, "Number of media files exceeds allowed limit."
	case sms.Units(f.Get("Body")) > sms.MaxBody:
		return 21617, "The concatenated message body exceeds the 1600 character limit."
	case service == "" && e.stopped[from+"|"+to]:
		return 21610, "Attempt to send to unsubscribed recipient"
	}
	if cb := f.Get("StatusCallback"); cb != "" {
		if u, err := url.Parse(cb); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Contains(u.Hostname(), "_") {
			return 21609, "The StatusCallback URL is not a valid URL."
		}
	}
	return 0, ""
}

func (e *Emulator) create(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		fail(w, 400, 20001, "malformed")
		return
	}
	f := e.fault("create")
	if before(w, r, f) {
		return
	}
	e.mu.Lock()
	if code, msg := e.check(r.PostForm); code != 0 {
		e.mu.Unlock()
		fail(w, 400, code, msg)
		return
	}
	m := e.accept(r.PostForm)
	shown := *m
	e.tell(&shown)
	e.mu.Unlock()
	e.report(m)
	if after(w, r, f) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(201)
	_ = json.NewEncoder(w).Encode(e.resource(shown))
}

// accept takes a text; what is wrong with the receiver is found out only
// later. It must be called with the lock held.
func (e *Emulator) accept(f url.Values) *Message {
	m := &Message{
		From: f.Get("From"), To: f.Get("To"), Body: f.Get("Body"), Service: f.Get("MessagingServiceSid"),
		Status: "queued", Callback: f.Get("StatusCallback"), Segments: sms.Count(f.Get("Body")).Segments,
	}
	if m.Service != "" {
		m.Status, m.From = "accepted", e.services[m.Service]
	}
	e.add(m)
	switch {
	case e.fates[m.To] != 0:
		m.Code = e.fates[m.To]
	case e.stopped[m.From+"|"+m.To]:
		m.Code = 21610 // a messaging service tells it only afterwards
	case strings.HasPrefix(m.To, "whatsapp:") && f.Get("ContentSid") == "" && m.Created.Sub(e.lastIn[m.From+"|"+m.To]) > 24*time.Hour:
		m.Code = 63016
	}
	return m
}

// resource is a message as the API shows it.
func (e *Emulator) resource(m Message) map[string]any {
	direction, from, service, segments := "outbound-api", any(m.From), any(nil), max(1, m.Segments)
	if m.Inbound {
		direction = "inbound"
	}
	if m.Service != "" {
		service = m.Service
		if m.Status == "accepted" { // the sender is chosen later
			from, segments = nil, 0
		}
	}
	var code, sent any
	if m.Code != 0 && (m.Status == "failed" || m.Status == "undelivered") {
		code = m.Code
	}
	if !m.Sent.IsZero() {
		sent = m.Sent.UTC().Format(time.RFC1123Z)
	}
	uri := "/2010-04-01/Accounts/" + e.conf.AccountSID + "/Messages/" + m.SID
	return map[string]any{
		"sid": m.SID, "account_sid": e.conf.AccountSID, "api_version": "2010-04-01", "body": m.Body, "from": from, "to": m.To,
		"status": m.Status, "direction": direction, "date_created": m.Created.UTC().Format(time.RFC1123Z), "date_updated": m.Updated.UTC().Format(time.RFC1123Z), "date_sent": sent,
		"num_segments": strconv.Itoa(segments), "num_media": strconv.Itoa(len(m.Media)), "error_code": code, "error_message": nil,
		"messaging_service_sid": service, "price": nil, "price_unit": "GBP",
		"uri": uri + ".json", "subresource_uris": map[string]string{"media": uri + "/Media.json"},
	}
}

// one fetches, redacts or deletes a message.
func (e *Emulator) one(w http.ResponseWriter, r *http.Request, sid string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.byID[sid]
	if m == nil {
		fail(w, 404, 20404, "The requested resource was not found")
		return
	}
	switch r.Method {
	case http.MethodDelete:
		delete(e.byID, sid)
		for i, x := range e.messages {
			if x == m {
				e.messages = append(e.messages[:i], e.messages[i+1:]...)
				break
			}
		}
		w.WriteHeader(http.StatusNoContent)
		return
	case http.MethodPost:
		if err := r.ParseForm(); err == nil && r.PostForm.Has("Body") {
			if r.PostForm.Get("Body") != "" {
				fail(w, 400, 20001, "Body can only be emptied")
				return
			}
			m = e.redacted(m)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(e.resource(*m))
}

// redacted takes the words out of the log. It must be called with the lock
// held.
func (e *Emulator) redacted(m *Message) *Message {
	c := *m
	c.Body = ""
	e.byID[m.SID] = &c
	e.messages[slices.Index(e.messages, m)] = &c
	return &c
}

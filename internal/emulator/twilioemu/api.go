package twilioemu

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

var (
	pathPat = regexp.MustCompile(`^/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/Messages(?:/((?:SM|MM)[0-9a-fA-F]{32}))?\.json$`)
	e164    = regexp.MustCompile(`^(whatsapp:)?\+[1-9][0-9]{6,14}$`)
	bsuid   = regexp.MustCompile(`^whatsapp:[A-Z]{2}\.[A-Za-z0-9.]{1,128}$`)
	mg      = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

// ServeHTTP is Twilio's REST API.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := pathPat.FindStringSubmatch(r.URL.Path)
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
	switch {
	case to == "":
		return 21604, "A 'To' phone number is required."
	case !e164.MatchString(to) && !bsuid.MatchString(to):
		return 21211, "The 'To' number is not a valid phone number."
	case from == "" && service == "":
		return 21603, "A 'From' phone number is required."
	case service != "" && !mg.MatchString(service):
		return 21705, "The Messaging Service is invalid."
	case from != "" && service == "" && e.numbers[from] == (Number{}):
		return 21606, "The 'From' phone number is not a valid message-capable Twilio phone number."
	case strings.HasPrefix(to, "whatsapp:") != strings.HasPrefix(from, "whatsapp:") && service == "":
		return 63007, "Twilio could not find a Channel with the specified From address"
	case f.Get("Body") == "" && f.Get("ContentSid") == "" && f.Get("MediaUrl") == "":
		return 21602, "Message body is required."
	case len(utf16.Encode([]rune(f.Get("Body")))) > 1600:
		return 21617, "The concatenated message body exceeds the 1600 character limit."
	case e.stopped[from+"|"+to]:
		return 21610, "Attempt to send to unsubscribed recipient"
	}
	if cb := f.Get("StatusCallback"); cb != "" {
		if u, err := url.Parse(cb); err != nil || u.Host == "" || strings.Contains(u.Hostname(), "_") {
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
	if f != nil {
		switch f.Kind {
		case TooMany:
			if f.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
			}
			fail(w, 429, 20429, "Too many requests")
			return
		case Internal:
			fail(w, 500, 20500, "An internal server error has occurred")
			return
		case HTML503:
			w.WriteHeader(503)
			_, _ = w.Write([]byte("<html>unavailable</html>"))
			return
		case CutBefore:
			panic(http.ErrAbortHandler)
		}
	}
	e.mu.Lock()
	if code, msg := e.check(r.PostForm); code != 0 {
		e.mu.Unlock()
		fail(w, 400, code, msg)
		return
	}
	m := e.add(&Message{From: r.PostForm.Get("From"), To: r.PostForm.Get("To"), Body: r.PostForm.Get("Body"), Status: "queued", Callback: r.PostForm.Get("StatusCallback"), Segments: segments(r.PostForm.Get("Body"))})
	if strings.HasPrefix(m.To, "whatsapp:") {
		if last := e.lastIn[m.From+"|"+m.To]; m.Created.Sub(last) > 24*time.Hour {
			m.Status, m.Code = "undelivered", 63016 // found out only later
		}
	}
	shown := *m
	shown.Status = "queued"
	e.tell(&shown)
	e.mu.Unlock()
	e.report(m)
	if f != nil {
		switch f.Kind {
		case AfterAccept:
			fail(w, 500, 20500, "An internal server error has occurred")
			return
		case CutAfter:
			panic(http.ErrAbortHandler)
		case Truncated:
			w.WriteHeader(201)
			_, _ = w.Write([]byte(`{"sid":"SM`))
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(201)
	_ = json.NewEncoder(w).Encode(e.resource(shown))
}

// segments is a rough count, as a bill would be: exact for plain texts.
func segments(s string) int {
	n := len([]rune(s))
	one, many := 160, 153
	for _, r := range s {
		if r > 0x20ac || r >= 0x400 {
			one, many = 70, 67
			break
		}
	}
	if n <= one {
		return 1
	}
	return (n + many - 1) / many
}

func (e *Emulator) resource(m Message) map[string]any {
	direction := "outbound-api"
	if m.Inbound {
		direction = "inbound"
	}
	var code any
	if m.Code != 0 {
		code = m.Code
	}
	at := m.Created.UTC().Format(time.RFC1123Z)
	return map[string]any{
		"sid": m.SID, "account_sid": e.conf.AccountSID, "api_version": "2010-04-01", "body": m.Body, "from": m.From, "to": m.To,
		"status": m.Status, "direction": direction, "date_created": at, "date_updated": at, "date_sent": at,
		"num_segments": strconv.Itoa(max(1, m.Segments)), "num_media": strconv.Itoa(len(m.Media)), "error_code": code, "error_message": nil,
		"messaging_service_sid": nil, "price": nil, "price_unit": "GBP",
		"uri": "/2010-04-01/Accounts/" + e.conf.AccountSID + "/Messages/" + m.SID + ".json", "subresource_uris": map[string]string{},
	}
}

// list pages through the log, the newest first, with Twilio's filters.
func (e *Emulator) list(w http.ResponseWriter, r *http.Request) {
	if f := e.fault("list"); f != nil {
		fail(w, 500, 20500, "An internal server error has occurred")
		return
	}
	q := r.URL.Query()
	size, page := 50, 0
	if n, err := strconv.Atoi(q.Get("PageSize")); err == nil && n > 0 && n <= 1000 {
		size = n
	}
	if n, err := strconv.Atoi(q.Get("Page")); err == nil {
		page = n
	}
	e.mu.Lock()
	var all []map[string]any
	for i := len(e.messages) - 1; i >= 0; i-- {
		m := e.messages[i]
		if q.Get("To") != "" && m.To != q.Get("To") || q.Get("From") != "" && m.From != q.Get("From") || !sentIn(q, m.Created.UTC()) {
			continue
		}
		all = append(all, e.resource(*m))
	}
	e.mu.Unlock()
	from := min(page*size, len(all))
	to := min(from+size, len(all))
	var next any
	if to < len(all) {
		q.Set("Page", strconv.Itoa(page+1))
		next = r.URL.Path + "?" + q.Encode()
	}
	rows := all[from:to]
	if rows == nil {
		rows = []map[string]any{}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"messages": rows, "page": page, "page_size": size, "next_page_uri": next, "first_page_uri": r.URL.Path, "uri": r.URL.Path, "previous_page_uri": nil, "start": from, "end": max(from, to-1)})
}

// sentIn applies DateSent, DateSent> and DateSent<: whole days in UTC.
func sentIn(q url.Values, at time.Time) bool {
	for k, vs := range q {
		op, ok := strings.CutPrefix(k, "DateSent")
		if !ok || len(vs) == 0 {
			continue
		}
		v, err := time.Parse("2006-01-02", vs[0][:min(10, len(vs[0]))])
		if err != nil {
			continue
		}
		day := at.Truncate(24 * time.Hour)
		if op == "" && !day.Equal(v) || op == ">" && day.Before(v) || op == "<" && day.After(v) {
			return false
		}
	}
	return true
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
			m.Body = ""
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(e.resource(*m))
}

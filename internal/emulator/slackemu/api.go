package slackemu

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

// args are a call's arguments, from a form or from JSON.
type args map[string]json.RawMessage

func (a args) str(k string) string {
	var s string
	if json.Unmarshal(a[k], &s) == nil {
		return s
	}
	return strings.Trim(string(a[k]), `"`)
}

// raw is a JSON value that a form carries as text and JSON as itself.
func (a args) raw(k string) json.RawMessage {
	v := a[k]
	var s string
	if json.Unmarshal(v, &s) == nil && s != "" {
		return json.RawMessage(s)
	}
	return v
}

func read(r *http.Request) (args, string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return nil, "request_timeout"
	}
	a := args{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if len(body) > 0 && json.Unmarshal(body, &a) != nil {
			return nil, "invalid_json"
		}
		return a, ""
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, "invalid_form_data"
	}
	for k, v := range r.URL.Query() {
		form[k] = append(form[k], v...)
	}
	for k, v := range form {
		raw, _ := json.Marshal(v[0])
		a[k] = raw
	}
	return a, ""
}

// ServeHTTP is Slack's Web API under /api/ and its response URLs.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, "/response/"); ok {
		e.respond(w, r, id)
		return
	}
	method, ok := strings.CutPrefix(r.URL.Path, "/api/")
	if r.URL.Path == "/link/" {
		e.link(w, r)
		return
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	a, bad := read(r)
	e.mu.Lock()
	down := e.down
	fault := e.fault(method)
	e.mu.Unlock()
	switch {
	case down:
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "<html>down</html>")
		return
	case bad != "":
		answer(w, map[string]any{"ok": false, "error": bad})
		return
	case fault != nil && !fault.after():
		fault.strike(w, r)
		return
	}
	w.Header().Set("X-OAuth-Scopes", strings.Join(e.granted(), ","))
	if code, more := e.allow(r, a, method); code != "" {
		answer(w, merge(more, map[string]any{"ok": false, "error": code}))
		return
	}
	e.mu.Lock()
	out, code := methods[method](e, a)
	e.mu.Unlock()
	if fault != nil { // done, but the answer never arrives
		fault.strike(w, r)
		return
	}
	if code != "" {
		answer(w, merge(out, map[string]any{"ok": false, "error": code}))
		return
	}
	answer(w, merge(out, map[string]any{"ok": true}))
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	answerBody(w, v)
}

func answerBody(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

type method func(*Emulator, args) (map[string]any, string)

var methods = map[string]method{
	"auth.test": func(e *Emulator, _ args) (map[string]any, string) {
		return map[string]any{"user_id": e.conf.BotUser, "bot_id": "B0LINKLINE", "team_id": e.conf.TeamID, "user": "linkline", "team": "Team", "url": "https://example.org/"}, ""
	},
	"chat.postMessage":      (*Emulator).postMessage,
	"chat.postEphemeral":    (*Emulator).postEphemeral,
	"chat.update":           (*Emulator).update,
	"chat.delete":           (*Emulator).remove,
	"chat.getPermalink":     (*Emulator).permalink,
	"conversations.open":    (*Emulator).open,
	"conversations.info":    (*Emulator).info,
	"conversations.members": (*Emulator).members,
	"conversations.replies": (*Emulator).replies,
	"conversations.history": (*Emulator).history,
	"users.info":            (*Emulator).user,
	"views.open":            (*Emulator).viewsOpen,
	"views.push":            (*Emulator).viewsPush,
	"views.update":          (*Emulator).viewsUpdate,
	"apps.connections.open": (*Emulator).connectionsOpen,
}

// may tells whether the app can write to a channel.
func (e *Emulator) may(id string) (*Channel, string) {
	if u, ok := e.users[id]; ok && !u.Bot { // a user id opens the direct message
		id = e.im(id)
	}
	c := e.channels[id]
	switch {
	case c == nil:
		return nil, "channel_not_found"
	case c.Archived:
		return nil, "is_archived"
	case !slices.Contains(c.Members, e.conf.BotUser):
		return nil, "not_in_channel"
	}
	return c, ""
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

func (e *Emulator) postMessage(a args) (map[string]any, string) {
	c, code := e.may(a.str("channel"))
	if code != "" {
		return nil, code
	}
	blocks := a.raw("blocks")
	if faults := checkBlocks(blocks, 50); len(faults) > 0 {
		return invalid(faults), "invalid_blocks"
	}
	text := a.str("text")
	switch {
	case strings.TrimSpace(text) == "" && len(blocks) == 0:
		return nil, "no_text"
	case units(text) > 40000:
		return nil, "msg_too_long"
	}
	if t := a.str("thread_ts"); t != "" && e.find(c.ID, t) == nil {
		return nil, "thread_not_found"
	}
	m := e.post(Message{Channel: c.ID, Thread: a.str("thread_ts"), User: e.conf.BotUser, Text: text, Blocks: blocks, Metadata: a.raw("metadata")})
	return map[string]any{"channel": c.ID, "ts": m.TS, "message": map[string]any{"text": text, "ts": m.TS, "bot_id": "B0LINKLINE", "type": "message"}}, ""
}

func (e *Emulator) postEphemeral(a args) (map[string]any, string) {
	c, code := e.may(a.str("channel"))
	if code != "" {
		return nil, code
	}
	user := a.str("user")
	if !slices.Contains(c.Members, user) {
		return nil, "user_not_in_channel"
	}
	blocks := a.raw("blocks")
	if faults := checkBlocks(blocks, 50); len(faults) > 0 {
		return invalid(faults), "invalid_blocks"
	}
	if strings.TrimSpace(a.str("text")) == "" && len(blocks) == 0 {
		return nil, "no_text"
	}
	m := e.post(Message{Channel: c.ID, Thread: a.str("thread_ts"), User: e.conf.BotUser, Text: a.str("text"), Blocks: blocks, Ephemeral: user})
	return map[string]any{"message_ts": m.TS}, ""
}

func (e *Emulator) update(a args) (map[string]any, string) {
	c, code := e.may(a.str("channel"))
	if code != "" {
		return nil, code
	}
	m := e.find(c.ID, a.str("ts"))
	switch {
	case m == nil:
		return nil, "message_not_found"
	case m.User != e.conf.BotUser:
		return nil, "cant_update_message"
	case units(a.str("text")) > 4000:
		return nil, "msg_too_long"
	}
	blocks := a.raw("blocks")
	if faults := checkBlocks(blocks, 50); len(faults) > 0 {
		return invalid(faults), "invalid_blocks"
	}
	if a.str("text") == "" && len(blocks) == 0 {
		return nil, "no_text"
	}
	m.Text, m.Blocks, m.Edited = a.str("text"), blocks, len(blocks) == 0
	if md := a.raw("metadata"); len(md) > 0 {
		m.Metadata = md
	}
	e.changed()
	return map[string]any{"channel": c.ID, "ts": m.TS, "text": m.Text}, ""
}

func (e *Emulator) remove(a args) (map[string]any, string) {
	m := e.find(a.str("channel"), a.str("ts"))
	switch {
	case m == nil:
		return nil, "message_not_found"
	case m.User != e.conf.BotUser:
		return nil, "cant_delete_message"
	}
	m.Deleted = true
	e.changed()
	return map[string]any{"channel": m.Channel, "ts": m.TS}, ""
}

func (e *Emulator) permalink(a args) (map[string]any, string) {
	m := e.find(a.str("channel"), a.str("message_ts"))
	if m == nil {
		return nil, "message_not_found"
	}
	return map[string]any{"channel": m.Channel, "permalink": "https://example.org/archives/" + m.Channel + "/p" + strings.ReplaceAll(m.TS, ".", "")}, ""
}

func (e *Emulator) open(a args) (map[string]any, string) {
	u := a.str("users")
	if _, ok := e.users[u]; !ok {
		return nil, "user_not_found"
	}
	return map[string]any{"channel": map[string]any{"id": e.im(u)}}, ""
}

func (e *Emulator) info(a args) (map[string]any, string) {
	c := e.channels[a.str("channel")]
	if c == nil {
		return nil, "channel_not_found"
	}
	return map[string]any{"channel": map[string]any{"id": c.ID, "name": c.Name, "is_private": c.Private, "is_archived": c.Archived, "is_member": slices.Contains(c.Members, e.conf.BotUser), "is_im": c.IM != "", "is_channel": c.IM == "", "is_ext_shared": false}}, ""
}

func (e *Emulator) members(a args) (map[string]any, string) {
	c := e.channels[a.str("channel")]
	if c == nil {
		return nil, "channel_not_found"
	}
	return map[string]any{"members": c.Members, "response_metadata": map[string]any{"next_cursor": ""}}, ""
}

func (e *Emulator) replies(a args) (map[string]any, string) {
	c, root := a.str("channel"), a.str("ts")
	if e.find(c, root) == nil {
		return nil, "thread_not_found"
	}
	return map[string]any{"messages": e.wire(func(m *Message) bool { return m.Channel == c && (m.TS == root || m.Thread == root) }), "has_more": false}, ""
}

func (e *Emulator) history(a args) (map[string]any, string) {
	c := a.str("channel")
	if e.channels[c] == nil {
		return nil, "channel_not_found"
	}
	out := e.wire(func(m *Message) bool { return m.Channel == c && m.Thread == "" })
	slices.Reverse(out)
	return map[string]any{"messages": out, "has_more": false}, ""
}

func (e *Emulator) wire(keep func(*Message) bool) []map[string]any {
	out := []map[string]any{}
	for _, m := range e.messages {
		if m.Deleted || m.Ephemeral != "" || !keep(m) {
			continue
		}
		w := map[string]any{"type": "message", "ts": m.TS, "user": m.User, "text": m.Text}
		if m.Thread != "" {
			w["thread_ts"] = m.Thread
		}
		if len(m.Metadata) > 0 {
			w["metadata"] = m.Metadata
		}
		if len(m.Blocks) > 0 {
			w["blocks"] = m.Blocks
		}
		out = append(out, w)
	}
	return out
}

func (e *Emulator) user(a args) (map[string]any, string) {
	u, ok := e.users[a.str("user")]
	if !ok {
		return nil, "user_not_found"
	}
	return map[string]any{"user": map[string]any{"id": u.ID, "name": u.Name, "real_name": u.Name, "is_bot": u.Bot, "deleted": u.Deleted, "is_restricted": u.Restricted, "profile": map[string]any{"display_name": u.Name}}}, ""
}

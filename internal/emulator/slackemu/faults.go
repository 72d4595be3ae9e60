package slackemu

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func merge(into, add map[string]any) map[string]any {
	if into == nil {
		return add
	}
	for k, v := range add {
		into[k] = v
	}
	return into
}

// after tells whether the work is done before the fault strikes.
func (f *Fault) after() bool { return strings.HasSuffix(f.Kind, "-after") }

func (f *Fault) strike(w http.ResponseWriter, r *http.Request) {
	switch f.Kind {
	case "429":
		w.Header().Set("Retry-After", strconv.Itoa(max(1, f.RetryAfter)))
		w.WriteHeader(http.StatusTooManyRequests)
		answerBody(w, map[string]any{"ok": false, "error": "ratelimited"})
	case "500":
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "<html>error</html>")
	case "cut-before", "cut-after":
		panic(http.ErrAbortHandler)
	case "hang-before", "hang-after":
		<-r.Context().Done()
	default:
		answer(w, map[string]any{"ok": false, "error": f.Kind})
	}
}

// scopes are what a method needs.
var scopes = map[string]string{
	"chat.postMessage": "chat:write", "chat.postEphemeral": "chat:write", "chat.update": "chat:write", "chat.delete": "chat:write",
	"conversations.open": "im:write", "conversations.info": "groups:read", "conversations.members": "groups:read",
	"conversations.replies": "groups:history", "conversations.history": "groups:history", "users.info": "users:read",
}

// granted lists what the bot token may do.
func (e *Emulator) granted() []string {
	if e.conf.Scopes != nil {
		return e.conf.Scopes
	}
	return []string{"chat:write", "commands", "channels:read", "groups:read", "groups:history", "im:history", "im:write", "users:read"}
}

// allow checks the token: whether it is known, of the right kind, and may do
// this.
func (e *Emulator) allow(r *http.Request, a args, method string) (code string, more map[string]any) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		token = a.str("token")
	}
	need := e.conf.BotToken
	if method == "apps.connections.open" {
		need = e.conf.AppToken
	}
	scope := scopes[method]
	switch {
	case token == "":
		return "not_authed", nil
	case token != e.conf.BotToken && (token != e.conf.AppToken || e.conf.AppToken == ""):
		return "invalid_auth", nil
	case methods[method] == nil:
		return "unknown_method", nil
	case token != need:
		return "not_allowed_token_type", nil
	case scope != "" && e.conf.Scopes != nil && !slices.Contains(e.conf.Scopes, scope):
		return "missing_scope", map[string]any{"needed": scope, "provided": strings.Join(e.conf.Scopes, ",")}
	}
	return "", nil
}

// fault must be called with the lock held.
func (e *Emulator) fault(method string) *Fault {
	for i := range e.faults {
		if f := &e.faults[i]; (f.On == method || f.On == "*") && f.Times > 0 {
			f.Times--
			c := *f
			return &c
		}
	}
	return nil
}

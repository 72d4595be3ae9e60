package slackemu

import (
	"encoding/json"
	"time"
)

// spend takes a trigger: three seconds, one use.
func (e *Emulator) spend(id string) (string, string) {
	t, ok := e.triggers[id]
	switch {
	case !ok:
		return "", "invalid_trigger_id"
	case t.used:
		return "", "exchanged_trigger_id"
	case e.conf.Now().Sub(t.at) > 3*time.Second:
		return "", "expired_trigger_id"
	}
	t.used = true
	e.triggers[id] = t
	return t.user, ""
}

func (e *Emulator) viewsOpen(a args) (map[string]any, string) {
	view := a.raw("view")
	if faults := checkView(view); len(faults) > 0 {
		return invalid(faults), "invalid_arguments"
	}
	user, code := e.spend(a.str("trigger_id"))
	if code != "" {
		return nil, code
	}
	v := e.newView(user, view)
	e.views[user] = []*View{v}
	e.changed()
	return map[string]any{"view": v.wire()}, ""
}

func (e *Emulator) viewsPush(a args) (map[string]any, string) {
	view := a.raw("view")
	if faults := checkView(view); len(faults) > 0 {
		return invalid(faults), "invalid_arguments"
	}
	user, code := e.spend(a.str("trigger_id"))
	if code != "" {
		return nil, code
	}
	if len(e.views[user]) >= 3 {
		return nil, "push_limit_reached"
	}
	v := e.newView(user, view)
	e.views[user] = append(e.views[user], v)
	e.changed()
	return map[string]any{"view": v.wire()}, ""
}

func (e *Emulator) viewsUpdate(a args) (map[string]any, string) {
	view := a.raw("view")
	if faults := checkView(view); len(faults) > 0 {
		return invalid(faults), "invalid_arguments"
	}
	id := a.str("view_id")
	for _, stack := range e.views {
		for _, v := range stack {
			if v.ID != id {
				continue
			}
			if h := a.str("hash"); h != "" && h != v.Hash {
				return nil, "hash_conflict"
			}
			v.View, v.Hash, v.Callback = view, e.id("H"), callback(view)
			e.changed()
			return map[string]any{"view": v.wire()}, ""
		}
	}
	return nil, "not_found"
}

func callback(view json.RawMessage) string {
	var c struct {
		ID string `json:"callback_id"`
	}
	_ = json.Unmarshal(view, &c)
	return c.ID
}

func (e *Emulator) newView(user string, view json.RawMessage) *View {
	return &View{ID: e.id("V"), User: user, Hash: e.id("H"), View: view, Callback: callback(view)}
}

// wire is the view as Slack sends it back: what the app sent and Slack's ids.
func (v *View) wire() map[string]any {
	out := map[string]any{}
	_ = json.Unmarshal(v.View, &out)
	out["id"], out["hash"], out["root_view_id"], out["team_id"] = v.ID, v.Hash, v.ID, "T"
	return out
}

package bot

// args are the variables a state's text may place.
func (t *turn) args(s *State) map[string]any {
	out := map[string]any{"group": t.c.Group}
	if t.p.Referred != "" {
		out["ref"] = string(t.p.Referred)
	}
	if !t.p.Promised.IsZero() {
		out["day"] = Day(t.p.Promised)
	}
	if s.Say == "summary" {
		for _, slot := range []string{"name", "place", "needs", "contact"} {
			out[slot] = t.readBack(slot)
		}
	}
	return out
}

// longest is how much of a name or a place the read-back shows.
const longest = 30

// readBack is one answer as the person may correct it: in the labels they
// chose, never in the numbers they typed.
func (t *turn) readBack(slot string) any {
	v, ok := t.p.Answer(slot)
	switch {
	case !ok || v.Skipped:
		return Labels{"summary.none"}
	case v.Place != nil:
		return t.readPlace(v)
	case v.Contact != nil:
		return contactLabels(v)
	case len(v.IDs) > 0:
		return chosen(slot, v.IDs)
	case slot == "name" && v.Text != "":
		return clip(v.Text.Raw())
	case v.Typed != "" || v.Text != "":
		return Labels{"summary.own"}
	}
	return Labels{"summary.none"}
}

func (t *turn) readPlace(v Value) any {
	borough := v.Place.Borough
	if b, ok := t.p.Answer("borough"); ok && len(b.IDs) > 0 && b.IDs[0] != "not_sure" {
		borough = b.IDs[0]
	}
	switch {
	case v.Flag == "nfa" && v.Place.Area == "" && v.Place.Outcode == "":
		return Labels{"place.nfa"}
	case v.Place.Outcode != "":
		return v.Place.Outcode
	case v.Place.Area != "":
		return clip(v.Place.Area)
	case borough != "":
		return clip(borough)
	case v.Text != "":
		return clip(v.Text.Raw())
	}
	return Labels{"summary.own"}
}

// contactLabels writes how, when and by whom.
func contactLabels(v Value) Labels {
	c := v.Contact
	var out Labels
	menu := map[string]bool{}
	for _, id := range v.IDs {
		out = append(out, "contact."+id)
		menu[id] = true
	}
	add := func(prefix string, ids []string) {
		for _, id := range ids {
			out = append(out, prefix+id)
		}
	}
	if len(v.IDs) == 0 {
		add("contact.", c.Ways)
		add("contact.", c.Parts)
	}
	add("contact.no_", c.NotWays)
	add("weekday.", c.Days)
	for _, at := range []struct{ key, time string }{{"after", c.After}, {"before", c.Before}, {"around", c.Around}} {
		if at.time != "" {
			out = append(out, "contact."+at.key+"|"+at.time)
		}
	}
	if c.Gender != "" && !menu[c.Gender] {
		out = append(out, "contact."+c.Gender)
	}
	if c.Interpreter && !menu["interpreter"] {
		out = append(out, "contact.interpreter")
	}
	add("contact.", c.Needs)
	if len(out) == 0 || len(c.NotDays) > 0 { // days that do not suit stand in the person's own words
		out = append(out, "summary.own")
	}
	return out
}

func chosen(slot string, ids []string) Labels {
	out := make(Labels, len(ids))
	for i, id := range ids {
		out[i] = slot + "." + id
	}
	return out
}

func clip(s string) string {
	r := []rune(s)
	if len(r) > longest {
		return string(r[:longest])
	}
	return s
}

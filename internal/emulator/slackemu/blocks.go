package slackemu

import (
	"encoding/json"
	"fmt"
	"strings"
)

func invalid(faults []string) map[string]any {
	return map[string]any{"response_metadata": map[string]any{"messages": faults}}
}

type block map[string]any

type checker struct{ faults []string }

func (c *checker) fault(at, format string, v ...any) {
	c.faults = append(c.faults, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", fmt.Sprintf(format, v...), at))
}

// checkBlocks applies Slack's documented limits. Characters are counted as
// UTF-16, the stricter reading.
func checkBlocks(raw json.RawMessage, most int) []string {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var list []block
	if err := json.Unmarshal(raw, &list); err != nil {
		return []string{"[ERROR] blocks is no list"}
	}
	c := &checker{}
	c.blocks(list, "/blocks", most, false)
	return c.faults
}

func checkView(raw json.RawMessage) []string {
	var v struct {
		Type   string  `json:"type"`
		Title  block   `json:"title"`
		Submit block   `json:"submit"`
		Close  block   `json:"close"`
		Blocks []block `json:"blocks"`
		ID     string  `json:"callback_id"`
		Meta   string  `json:"private_metadata"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return []string{"[ERROR] the view is no object"}
	}
	c := &checker{}
	if len(raw) > 250_000 {
		c.fault("/view", "view_too_large")
	}
	if v.Type != "modal" && v.Type != "home" {
		c.fault("/view/type", "unsupported type: %s", v.Type)
	}
	if v.Type == "modal" {
		c.text(v.Title, "/view/title", 24, true, true)
	}
	if v.Submit != nil {
		c.text(v.Submit, "/view/submit", 24, true, true)
	}
	if v.Close != nil {
		c.text(v.Close, "/view/close", 24, true, true)
	}
	if units(v.ID) > 255 || units(v.Meta) > 3000 {
		c.fault("/view", "callback_id or private_metadata is too long")
	}
	inputs := c.blocks(v.Blocks, "/view/blocks", 100, true)
	if inputs && v.Submit == nil {
		c.fault("/view/submit", "missing required field: submit")
	}
	return c.faults
}

func (c *checker) blocks(list []block, at string, most int, view bool) (inputs bool) {
	if len(list) > most {
		c.fault(at, "no more than %d items allowed", most)
	}
	seen := map[string]bool{}
	for i, b := range list {
		p := fmt.Sprintf("%s/%d", at, i)
		if id, _ := b["block_id"].(string); id != "" {
			if seen[id] {
				c.fault(p, "block_id already exists: %s", id)
			}
			if units(id) > 255 {
				c.fault(p, "block_id too long")
			}
			seen[id] = true
		}
		switch kind, _ := b["type"].(string); kind {
		case "section":
			c.section(b, p)
		case "header":
			c.text(obj(b["text"]), p+"/text", 150, true, true)
		case "divider":
		case "context":
			c.elements(b, p, 1, 10, true)
		case "actions":
			c.elements(b, p, 1, 25, false)
		case "input":
			inputs = true
			if !view {
				c.fault(p, "input blocks are for views")
			}
			c.text(obj(b["label"]), p+"/label", 2000, true, true)
			if b["hint"] != nil {
				c.text(obj(b["hint"]), p+"/hint", 2000, true, true)
			}
			c.element(obj(b["element"]), p+"/element")
		case "rich_text", "image":
		default:
			c.fault(p+"/type", "unsupported type: %s", kind)
		}
	}
	return inputs
}

func (c *checker) section(b block, p string) {
	fields, _ := b["fields"].([]any)
	if b["text"] == nil && len(fields) == 0 {
		c.fault(p, "missing required field: text or fields")
	}
	if b["text"] != nil {
		c.text(obj(b["text"]), p+"/text", 3000, false, true)
	}
	if len(fields) > 10 {
		c.fault(p+"/fields", "no more than 10 items allowed")
	}
	for i, f := range fields {
		c.text(obj(f), fmt.Sprintf("%s/fields/%d", p, i), 2000, false, true)
	}
	if b["accessory"] != nil {
		c.element(obj(b["accessory"]), p+"/accessory")
	}
}

func obj(v any) block {
	m, _ := v.(map[string]any)
	return m
}

func (c *checker) text(t block, at string, most int, plain, required bool) {
	if t == nil {
		if required {
			c.fault(at, "missing required field")
		}
		return
	}
	kind, _ := t["type"].(string)
	s, _ := t["text"].(string)
	switch {
	case kind != "plain_text" && (plain || kind != "mrkdwn"):
		c.fault(at+"/type", "must be plain_text")
	case strings.TrimSpace(s) == "":
		c.fault(at+"/text", "must be more than 0 characters")
	case units(s) > most:
		c.fault(at+"/text", "must be less than %d characters", most+1)
	}
}

func (c *checker) elements(b block, p string, least, most int, context bool) {
	list, _ := b["elements"].([]any)
	if len(list) < least || len(list) > most {
		c.fault(p+"/elements", "must have %d to %d items", least, most)
	}
	ids := map[string]bool{}
	for i, e := range list {
		at := fmt.Sprintf("%s/elements/%d", p, i)
		el := obj(e)
		if context {
			if kind, _ := el["type"].(string); kind != "image" {
				c.text(el, at, 3000, false, true)
			}
			continue
		}
		c.element(el, at)
		if id, _ := el["action_id"].(string); id != "" {
			if ids[id] {
				c.fault(at, "action_id already exists: %s", id)
			}
			ids[id] = true
		}
	}
}

func (c *checker) element(e block, at string) {
	kind, _ := e["type"].(string)
	if id, _ := e["action_id"].(string); units(id) > 255 {
		c.fault(at+"/action_id", "too long")
	}
	switch kind {
	case "button":
		c.text(obj(e["text"]), at+"/text", 75, true, true)
		if v, _ := e["value"].(string); units(v) > 2000 {
			c.fault(at+"/value", "must be less than 2001 characters")
		}
		if s, ok := e["style"].(string); ok && s != "primary" && s != "danger" {
			c.fault(at+"/style", "unknown style")
		}
		if e["confirm"] != nil {
			c.confirm(obj(e["confirm"]), at+"/confirm")
		}
	case "static_select", "radio_buttons", "checkboxes", "overflow", "multi_static_select":
		opts, _ := e["options"].([]any)
		most := map[string]int{"static_select": 100, "multi_static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5}[kind]
		if len(opts) == 0 || len(opts) > most {
			c.fault(at+"/options", "must have 1 to %d items", most)
		}
		for i, o := range opts {
			p := fmt.Sprintf("%s/options/%d", at, i)
			c.text(obj(obj(o)["text"]), p+"/text", 75, kind != "radio_buttons" && kind != "checkboxes", true)
			if v, _ := obj(o)["value"].(string); units(v) > 150 || v == "" {
				c.fault(p+"/value", "must be 1 to 150 characters")
			}
		}
		c.text(obj(e["placeholder"]), at+"/placeholder", 150, true, false)
	case "plain_text_input":
		if n, ok := e["max_length"].(float64); ok && (n < 1 || n > 3000) {
			c.fault(at+"/max_length", "must be 1 to 3000")
		}
		c.text(obj(e["placeholder"]), at+"/placeholder", 150, true, false)
	case "datepicker", "timepicker":
	default:
		c.fault(at+"/type", "unsupported element: %s", kind)
	}
}

func (c *checker) confirm(b block, at string) {
	c.text(obj(b["title"]), at+"/title", 100, true, true)
	c.text(obj(b["text"]), at+"/text", 300, false, true)
	c.text(obj(b["confirm"]), at+"/confirm", 30, true, true)
	c.text(obj(b["deny"]), at+"/deny", 30, true, true)
}

// hasInput tells whether a view has an input block of that id: errors may be
// shown on nothing else.
func hasInput(view json.RawMessage, id string) bool {
	var v struct {
		Blocks []struct {
			Type string `json:"type"`
			ID   string `json:"block_id"`
		} `json:"blocks"`
	}
	_ = json.Unmarshal(view, &v)
	for _, b := range v.Blocks {
		if b.Type == "input" && b.ID == id {
			return true
		}
	}
	return false
}

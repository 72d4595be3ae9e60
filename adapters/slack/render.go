package slack

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"

	"linkline/bot"

	"github.com/slack-go/slack"
)

// Limits of Block Kit (docs.slack.dev), with a margin for characters that
// count twice.
const (
	maxHeader  = 140
	maxSection = 2900
	maxField   = 1900
	maxBlocks  = 45
	maxButton  = 70
	maxOption  = 70
)

// clip shortens a text and keeps it from being empty, which Slack refuses.
// Lengths are counted in UTF-16, the stricter reading of Slack's limits.
func clip(s string, most int) string {
	s = visible(s)
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }) {
		return "–"
	}
	if head, rest := cut(s, most); rest != "" {
		head, _ = cut(head, most-1)
		return head + "…"
	}
	return s
}

// cut takes as much from the front of a text as fits.
func cut(s string, most int) (head, rest string) {
	n := 0
	for i, r := range s {
		if n += utf16.RuneLen(r); n > most {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// visible takes out what would change how the text around it is shown: bidi
// controls, zero-width marks, control characters.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200b, r == 0xfeff, r == 0x200e, r == 0x200f:
			return -1
		}
		return r
	}, s)
}

func plain(s string, most int) *slack.TextBlockObject {
	// plain_text carries no links, no mentions and no formats.
	return slack.NewTextBlockObject(slack.PlainTextType, clip(s, most), false, false)
}

var person = regexp.MustCompile(`&lt;@([UW][A-Z0-9]+)&gt;`)

// mrkdwn makes a text inert but for the mention of a person, which only our
// own lines hold: residents' words never come here.
func mrkdwn(s string, most int) string {
	s = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(clip(s, most))
	return person.ReplaceAllString(s, "<@$1>")
}

// render writes a panel as blocks. Residents' words stand in plain_text.
func (a *Adapter) render(p bot.Panel) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(mrkdwn(p.Summary, 300), false),
		slack.MsgOptionBlocks(blocks(p)...),
		// Updating parses as clients do unless it is told not to.
		slack.MsgOptionParse(false), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

func blocks(p bot.Panel) []slack.Block {
	var out []slack.Block
	if p.Heading != "" {
		out = append(out, slack.NewHeaderBlock(plain(p.Heading, maxHeader)))
	}
	out = append(out, paragraphs(p.First)...)
	for i := 0; i < len(p.Facts); i += 5 {
		var fields []*slack.TextBlockObject
		for _, f := range p.Facts[i:min(i+5, len(p.Facts))] {
			fields = append(fields, plain(f.Label, maxField), plain(f.Value, maxField))
		}
		out = append(out, slack.NewSectionBlock(nil, fields, nil))
	}
	out = append(out, paragraphs(p.Parts)...)
	if len(out) > maxBlocks {
		out = append(out[:maxBlocks-1], slack.NewContextBlock("", plain("There is more than fits here.", maxSection)))
	}
	if p.Small != "" {
		out = append(out, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, mrkdwn(p.Small, maxSection), false, true)))
	}
	if len(p.Buttons) > 0 {
		var els []slack.BlockElement
		for _, b := range p.Buttons {
			e := slack.NewButtonBlockElement(b.Action, b.Value, plain(b.Text, maxButton))
			e.Style = slack.Style(b.Style)
			if b.Ask != "" {
				e.Confirm = slack.NewConfirmationBlockObject(plain(b.Text, 90), plain(b.Ask, 290), plain("Yes", 25), plain("Not now", 25))
			}
			els = append(els, e)
		}
		out = append(out, slack.NewActionBlock("actions", els...))
	}
	if len(out) == 0 {
		out = append(out, slack.NewSectionBlock(plain(p.Summary, maxSection), nil, nil))
	}
	return out
}

// paragraphs writes parts one below the other; a person's own words stand in
// quotes.
func paragraphs(parts []bot.Part) []slack.Block {
	var out []slack.Block
	for _, part := range parts {
		text := part.Text
		if part.Quote {
			text = "“" + text + "”"
		}
		for _, piece := range pieces(text) {
			out = append(out, slack.NewSectionBlock(plain(piece, maxSection), nil, nil))
		}
	}
	return out
}

// pieces cuts a long text into sections.
func pieces(s string) []string {
	var out []string
	for {
		head, rest := cut(s, maxSection-10)
		out = append(out, head)
		if rest == "" {
			return out
		}
		s = rest
	}
}

// modal writes a form.
func modal(f bot.Form) slack.ModalViewRequest {
	v := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: f.Callback, PrivateMetadata: f.Meta,
		Title: plain(f.Title, 24), Submit: plain(f.Submit, 24), Close: plain("Cancel", 24),
	}
	for _, p := range f.Parts {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewSectionBlock(plain(p.Text, maxSection), nil, nil))
	}
	for _, in := range f.Inputs {
		b := slack.NewInputBlock(in.Name, plain(in.Label, 200), nil, element(in))
		if in.Hint != "" {
			b.Hint = plain(in.Hint, 200)
		}
		b.Optional = in.Optional
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, b)
	}
	return v
}

func element(in bot.Input) slack.BlockElement {
	switch {
	case len(in.Options) > 0:
		var opts []*slack.OptionBlockObject
		var first *slack.OptionBlockObject
		for _, c := range in.Options {
			o := slack.NewOptionBlockObject(c.ID, plain(c.Text, maxOption), nil)
			if c.ID == in.Initial {
				first = o
			}
			opts = append(opts, o)
		}
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, in.Name, opts...)
		e.InitialOption = first
		return e
	case in.Date:
		e := slack.NewDatePickerBlockElement(in.Name)
		e.InitialDate = in.Initial
		return e
	case in.Time:
		e := slack.NewTimePickerBlockElement(in.Name)
		e.InitialTime = in.Initial
		return e
	}
	e := slack.NewPlainTextInputBlockElement(nil, in.Name)
	e.Multiline, e.InitialValue = in.Lines, in.Initial
	if in.Max > 0 {
		e.MaxLength = in.Max
	}
	return e
}

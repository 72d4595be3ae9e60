package flows

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"linkline/bot"
	"linkline/internal/fold"
	"linkline/locales"
)

// Messages lists the keys of all texts that a flow may say.
func Messages(f *bot.Flow) []string {
	return slices.Sorted(maps.Keys(said(f)))
}

// said names, for every text of a flow, a state that says it.
func said(f *bot.Flow) map[string]string {
	out := map[string]string{}
	for _, name := range f.Order {
		s := f.States[name]
		keys := []string{s.Say, s.They, s.More}
		for _, o := range s.Options {
			if strings.HasPrefix(o.ID, "@") {
				keys = append(keys, s.Say+".not_sure")
				continue
			}
			keys = append(keys, o.Key, o.They)
		}
		for _, k := range keys {
			if _, ok := out[k]; !ok && k != "" {
				out[k] = name
			}
		}
	}
	return out
}

// CheckTexts finds texts that a flow says and a language lacks.
func CheckTexts(file string, src []byte, blocks func(string) ([]byte, bool), cat *locales.Catalog) Faults {
	c := newCompiler(path.Clean(file), blocks)
	f := c.flow(src)
	if len(c.faults) > 0 {
		return c.faults
	}
	keys := said(f)
	for _, l := range cat.Languages() {
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			at := c.at[keys[key]]
			t, err := cat.Render(l.Tag, key, blanks)
			switch {
			case errors.Is(err, locales.ErrNoText) && l.Tag != locales.Base: // said once, with the base language
			case errors.Is(err, locales.ErrNoText):
				c.fault(at, "add it to locales/"+l.Tag+"/messages.json", "the text %q is missing in every language", key)
			case err == nil && t.FellBack:
				c.fault(at, fmt.Sprintf("add it to locales/%s/messages.json, or the English is sent", l.Tag), "the text %q is missing in %s", key, l.Meta.Name)
			}
		}
	}
	return c.faults
}

// CheckMenus finds menu lines that are commands in their language: whoever
// answers with the line's own word would be taken to mean the command.
func CheckMenus(file string, src []byte, blocks func(string) ([]byte, bool), cat *locales.Catalog) Faults {
	c := newCompiler(path.Clean(file), blocks)
	f := c.flow(src)
	if len(c.faults) > 0 {
		return c.faults
	}
	for _, l := range cat.Languages() {
		commands := commandWords(l)
		for _, name := range f.Order {
			for _, o := range f.States[name].Options {
				t, err := cat.Render(l.Tag, o.Key, nil)
				if err != nil || t.FellBack || strings.HasPrefix(o.ID, "@") {
					continue
				}
				if cmd, ok := commands[fold.Key(t.Text)]; ok {
					c.fault(c.spot(name, "options"), "word the menu line otherwise", "the option %q of %q reads %q in %s, which is the command %s", o.ID, name, t.Text, l.Meta.Name, cmd)
				}
			}
		}
	}
	return c.faults
}

// commandWords maps a language's own words for commands to the command.
func commandWords(l *locales.Language) map[string]string {
	out := map[string]string{}
	for cmd, words := range l.Words.Commands {
		if cmd == "more" || cmd == "none" {
			continue
		}
		for _, w := range words {
			out[fold.Key(w)] = cmd
		}
	}
	return out
}

// blanks stand for the variables of a text that is only looked for.
var blanks = map[string]any{
	"service": "", "group": "", "ref": "", "day": "", "time": "", "name": "", "place": "", "needs": "", "contact": "",
	"controller": "", "link": "", "council": "", "months": "",
}

package locales

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// broken is what ships, with one file changed.
func broken(t *testing.T, file, old, now string) fstest.MapFS {
	t.Helper()
	tree := fstest.MapFS{}
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := fs.ReadFile(FS, name)
		tree[name] = &fstest.MapFile{Data: src}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	src := string(tree[file].Data)
	if !strings.Contains(src, old) {
		t.Fatalf("%s holds no %q", file, old)
	}
	tree[file] = &fstest.MapFile{Data: []byte(strings.Replace(src, old, now, 1))}
	return tree
}

func TestWhatShipsHasNoFault(t *testing.T) {
	t.Parallel()
	for _, f := range load(t).Check(FS, Needs{}) {
		t.Error(f)
	}
}

// Every kind of slip is found, and told with its place.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, old, now, want string }{
		"missing":         {"so/messages.json", `"thanks"`, `"thankz"`, `locales/so/messages.json:1:1: the text "thanks" is missing`},
		"unknown":         {"so/messages.json", `"thanks"`, `"thankz"`, `: unknown text "thankz"`},
		"twice":           {"so/messages.json", `"changed":`, `"welcome":`, `"welcome" stands twice`},
		"empty":           {"so/messages.json", `"Luqaddee? Soo dir lambar ama magaca luqadda."`, `""`, `the text "_language" is empty for "other"`},
		"variable":        {"so/messages.json", `waa {service}. Hadda waan`, `waa Linkline. Hadda waan`, `the text "closed" places other variables than English: none (English has: service)`},
		"stray brace":     {"so/messages.json", `Luqaddee?`, `{Luqaddee}?`, `the text "_language" has a stray brace`},
		"curly quote":     {"so/messages.json", `Su'aashan`, `Su’aashan`, `the text "must_answer" has "’" (U+2019)`},
		"too long":        {"ar/messages.json", `"شكراً. هذا كل شيء."`, `"` + strings.Repeat("شكراً ", 50) + `."`, `the text "thanks" costs 5 segments`},
		"no description":  {"so/messages.json", `"description": "Question 2. A typed age works too."`, `"description": ""`, `the text "who" has no description`},
		"no typed word":   {"so/messages.json", `dir MAYA`, `dir MAYYAY`, `the text "delete_asked" names no word to type for NO`},
		"network word":    {"so/messages.json", `dir START`, `dir BILOW`, `the text "stopped" does not tell people to type START`},
		"plural form":     {"ar/messages.json", `"two": "نحذفه بعد شهرين من انتهائنا. يمكنك`, `"two": "", "many": "نحذفه بعد شهرين من انتهائنا. يمكنك`, `the text "privacy_more" is empty for "two"`},
		"spaces":          {"so/messages.json", `Maxaad rabtaa inaad`, `Maxaad  rabtaa inaad`, `has a space too many`},
		"safety missing":  {"ro/safety.json", `"told"`, `"tolt"`, `locales/ro/safety.json:1:1: the safety text "told" is missing`},
		"safety variable": {"ro/safety.json", `Sunați acum la {emergency}. Dacă`, `Sunați acum la poliție. Dacă`, `the text "violence_yes" places other variables`},
		"direction":       {"ur/meta.json", `"rtl"`, `"left"`, `locales/ur/meta.json:1:72: the direction "left" is unknown`},
		"digits":          {"bn/meta.json", `০১২`, `০১`, `9 digits`},
		"half a review":   {"so/meta.json", `"status": "unreviewed"`, `"by": "A. Speaker"`, `a review has a name (by) and a date (on)`},
		"unknown lock":    {"budgets.json", `"lock": "safe"`, `"lock": "sage"`, `the lock "sage" of the text`},
		"budget of none":  {"budgets.json", `"nudge":`, `"nugde":`, `no text is called "nugde"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := broken(t, tc.file, tc.old, tc.now)
			c, err := Load(tree)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, f := range c.Check(tree, Needs{}) {
				if f.Line < 1 || f.Col < 1 || f.Hint == "" {
					t.Errorf("no place or hint: %v", f)
				}
				all = append(all, f.Error())
			}
			if got := strings.Join(all, "\n"); !strings.Contains(got, tc.want) {
				t.Errorf("want %s, got:\n%s", tc.want, got)
			}
		})
	}
}

// What cannot be read at all is told with its place as well.
func TestLoadTellsWhere(t *testing.T) {
	t.Parallel()
	for file, slip := range map[string][2]string{
		"so/messages.json": {"\"welcome\": {", "\"welcome\": "},
		"so/meta.json":     {`"gsm7": true`, `"gsm7": yes`},
		"ar/dates.json":    {`"الأحد", `, ``},
	} {
		_, err := Load(broken(t, file, slip[0], slip[1]))
		if err == nil || !strings.Contains(err.Error(), "locales/"+file+":") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

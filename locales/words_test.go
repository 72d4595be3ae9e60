package locales

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
)

// A linguist's slip in a words.json is named with its place.
func TestWordsAreCheckedAtLoad(t *testing.T) {
	t.Parallel()
	src, err := fs.ReadFile(FS, "en/words.json")
	if err != nil {
		t.Fatal(err)
	}
	good := string(src)
	if err := parseWords("w.json", src, new(Words)); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ old, new, want string }{
		"unknown key":     {`"unsure":`, `"unshure":`, `w.json:4:11: unknown key "unshure"`},
		"unknown command": {`"restart":`, `"restrat":`, `unknown key "restrat" in commands`},
		"missing key":     {`"live":`, `"live_behind":`, `the key "live" is missing`},
		"missing id":      {`"wed":`, `"sun":`, `weekdays.wed is missing`},
		"said twice":      {`"maybe",`, `"maybe","maybe",`, `unsure holds "maybe" twice`},
		"empty":           {`"maybe",`, `"!",`, `unsure holds an empty word`},
		"no number":       {`"zero": 0`, `"zero": "0"`, `numbers.zero is no number`},
		"two numbers":     {`"zero": 0`, `"zero": 0, "ZERO": 1`, `numbers.ZERO reads like a word for 0`},
		"no time":         {`"12:00"`, `"noon"`, `times.noon is no time of day`},
		"yes and no":      {`"nope",`, `"yeah",`, `"yeah" is both yes and no`},
		"broken":          {`"no": [`, `"no": `, `w.json:3:`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := strings.Replace(good, tc.old, tc.new, 1)
			if bad == good {
				t.Fatalf("%s is not in the file", tc.old)
			}
			err := parseWords("w.json", []byte(bad), new(Words))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

// Default does not look for slips, so what ships must have none.
func TestWordsThatShipHaveNoFault(t *testing.T) {
	t.Parallel()
	strict, err := Load(FS)
	if err != nil {
		t.Fatal(err)
	}
	quick, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strict.Languages() {
		got, _ := quick.Language(l.Tag)
		if !reflect.DeepEqual(l.Words, got.Words) {
			t.Errorf("%s is read otherwise at a start", l.Tag)
		}
	}
}

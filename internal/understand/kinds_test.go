package understand_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"linkline/bot"
	"linkline/internal/understand"
	"linkline/locales"

	"github.com/google/go-cmp/cmp"
)

// with is a reader whose folder of one language holds the English words with
// some lists replaced: enough to try what a kind of language needs.
func with(t *testing.T, tag, words string) *understand.Reader {
	t.Helper()
	all := map[string]json.RawMessage{}
	src, err := fs.ReadFile(locales.FS, "en/words.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(src), words} {
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatal(err)
		}
	}
	out, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{tag + "/words.json": {Data: out}}
	for _, name := range []string{"budgets.json", "helplines.json", "en/meta.json", "en/words.json", "en/dates.json", "en/safety.json", "en/messages.json", "en/crisis.json"} {
		if b, err := fs.ReadFile(locales.FS, name); err == nil {
			dir[name] = &fstest.MapFile{Data: b}
		}
	}
	c, err := locales.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := understand.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestKindsOfLanguages(t *testing.T) {
	t.Parallel()
	five := []string{"a", "b", "c", "d", "e"}
	for tag, tc := range map[string]struct {
		words string
		want  map[string]map[string]any // question → text → answer
	}{
		"zh-Hans": {`{"numbers": {"一":1,"二":2,"三":3}, "ordinals": {"第一":1,"第二":2,"第三":3}, "and": ["和"], "choose": ["个","号","第"], "name_is": ["我叫","我的名字是"], "live": ["我住在"], "age": ["岁"], "age_is": ["我"], "places": {"Barking": ["巴金"]}, "yes": ["是","好","是的"], "no": ["不是","不要","不"], "clock": {"hour": ["点"], "half_behind": ["半"], "am": ["上午"], "pm": ["下午"], "half_before": []}, "sorry": ["不对","说错了"], "after": ["后"], "before": ["前"], "weekdays": {"mon":["星期一","周一"],"tue":["周二"],"wed":["周三"],"thu":["周四"],"fri":["周五"],"sat":["周六"],"sun":["周日"]}}`, map[string]map[string]any{
			"choice": {"第二个": 2, "三": 3, "1和3": []int{1, 3}, "３": 3, "2号": 2}, "age": {"二十三": 23, "我四十五岁": 45, "十八": 18, "三十": 30}, "yesno": {"是的": "yes", "不要": "no", "好": "yes"},
			"name": {"我叫王芳": "王芳", "王芳": "王芳"}, "postcode": {"我住在巴金": "area:Barking"}, "contact_time": {"下午三点半": understand.Timing{Around: "15:30"}, "周一": understand.Timing{Days: []string{"mon"}}},
		}},
		"am": {`{"clock": {"hour": ["ሰዓት"], "half_behind": ["ተኩል"], "am": ["ጠዋት","ከጠዋቱ"], "offset": 6}, "parts": {"morning":["ጠዋት"],"afternoon":["ከሰዓት"],"evening":["ማታ","ምሽት"],"any":["ሁልጊዜ"]}, "numbers": {"ሶስት":3,"ሃያ":20}}`, map[string]map[string]any{
			"contact_time": {"ከጠዋቱ 3 ሰዓት": understand.Timing{Around: "09:00"}, "3 ሰዓት": "unclear", "15:30": understand.Timing{Around: "15:30"}}, "age": {"ሃያ ሶስት": 23, "፳": "unclear"},
		}},
		"ru": {`{"clock": {"half_to": ["половина","пол"], "hours": {"третьего":3,"четвёртого":4}, "hour": ["часов","часа","час"]}, "yes": ["да"], "no": ["нет"], "after": ["после"], "numbers": {"двадцать":20,"пять":5}, "name_is": ["меня зовут"], "live": ["я живу в"]}`, map[string]map[string]any{
			"contact_time": {"половина третьего": understand.Timing{Around: "14:30"}, "в 5 часов": understand.Timing{Around: "17:00"}, "после 6": understand.Timing{After: "18:00"}}, "age": {"двадцать пять": 25}, "name": {"меня зовут Анна": "Анна"},
		}},
		"es": {`{"relative": {"today":["hoy"],"tomorrow":["mañana"],"weekend":["fin de semana"],"weekday":["entre semana"]}, "parts": {"morning":["mañana","por la mañana"],"afternoon":["por la tarde"],"evening":["por la noche"],"any":["cuando sea"]}, "clock": {"half_behind": ["y media"], "quarter_less": ["menos cuarto"], "hour": ["las","la"]}, "around": ["a"], "false_friends": ["y"], "yes": ["sí","claro"], "number_join": ["y"], "numbers": {"treinta":30,"cinco":5,"dos":2,"uno":1}, "and": ["y"]}`, map[string]map[string]any{
			"contact_time": {"mañana": "unclear", "mañana por la mañana": understand.Timing{Relative: "tomorrow", Part: []string{"morning"}}, "a las 3 y media": understand.Timing{Around: "15:30"}, "a las 4 menos cuarto": understand.Timing{Around: "15:45"}, "mañana a las 10": understand.Timing{Relative: "tomorrow", Around: "10:00"}},
			"yesno":        {"y": "unclear", "sí": "yes", "yes": "yes"}, "age": {"treinta y cinco": 35}, "choice": {"uno y dos": []int{1, 2}},
		}},
		"tr": {`{"place_suffix": ["de","da","te","ta"], "live_behind": ["oturuyorum","yaşıyorum"], "after": ["dan sonra","sonra","den sonra"], "yes": ["evet"], "no": ["hayır"], "clock": {"half_behind": ["buçuk"], "hour": ["saat"]}, "numbers": {"yirmi":20,"beş":5,"üç":3}}`, map[string]map[string]any{
			"postcode": {"Barking'de oturuyorum": "area:Barking"}, "contact_time": {"6'dan sonra": understand.Timing{After: "18:00"}, "üç buçuk": understand.Timing{Around: "15:30"}}, "yesno": {"HAYIR": "no", "hayir": "no", "EVET": "yes"}, "age": {"yirmi beş": 25},
		}},
		"pl": {`{"yes": ["tak"], "no": ["nie"], "false_friends": ["no"]}`, map[string]map[string]any{"yesno": {"no": "unclear", "nie": "no", "tak": "yes", "yes": "yes"}}},
		"vi": {`{"numbers": {"mười":10,"hai mươi":20,"ba":3,"năm":5,"một":1,"hai":2}, "yes": ["có","vâng"], "no": ["không"]}`, map[string]map[string]any{"age": {"hai mươi ba": 23, "muoi lam": "unclear", "mười năm": 15}, "yesno": {"không": "no", "khong": "no", "co": "yes"}}},
		"fa": {`{"calendars": ["persian"], "number_join": ["و"], "numbers": {"سی":30,"پنج":5}, "yes": ["بله"], "no": ["نه"]}`, map[string]map[string]any{"age": {"سی و پنج": 35, "۱۳۵۰": "year:1971", "1380": "year:2001"}, "yesno": {"نه": "no"}}},
	} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			r := with(t, tag, tc.words)
			for q, texts := range tc.want {
				for text, want := range texts {
					got, _, err := r.Answer(q, tag, text, five)
					if truth, ok := got.(understand.Truth); ok {
						got = string(truth)
					}
					if err != nil || !cmp.Equal(got, want) {
						t.Errorf("%s %q: %v (%v), want %v", q, text, got, err, want)
					}
				}
			}
		})
	}
}

// A wish for contact is numbers, own words, or both; nothing said is lost.
func TestContactAnswers(t *testing.T) {
	t.Parallel()
	r := reader(t)
	asked := &bot.Asked{Kind: bot.AskContact, Options: []string{"call_day", "call_evening", "text", "woman", "man", "interpreter"}}
	choices := []string{"Call, daytime", "Call, evening", "Text", "A woman please", "A man please", "Interpreter"}
	day := []string{"morning", "afternoon"}
	for text, want := range map[string]bot.Contact{
		"text please, not mondays":         {Ways: []string{"text"}, NotDays: []string{"mon"}},
		"3 not mondays":                    {Ways: []string{"text"}, NotDays: []string{"mon"}},
		"text not call":                    {Ways: []string{"text"}, NotWays: []string{"call"}},
		"dont call me, text":               {Ways: []string{"text"}, NotWays: []string{"call"}},
		"3, no calls":                      {Ways: []string{"text"}, NotWays: []string{"call"}},
		"text me after 5 on wednesdays":    {Ways: []string{"text"}, After: "17:00", Days: []string{"wed"}},
		"4 and text":                       {Ways: []string{"text"}, Gender: "woman"},
		"1 after 5":                        {Ways: []string{"call"}, After: "17:00"},
		"3 at 4pm":                         {Ways: []string{"text"}, Around: "16:00"},
		"3 to 5 please":                    {After: "15:00", Before: "17:00"},
		"2 but after 8":                    {Ways: []string{"call"}, Parts: []string{"evening"}},
		"1 and 3":                          {Ways: []string{"call", "text"}, Parts: day},
		"1. Call, daytime":                 {Ways: []string{"call"}, Parts: day},
		"Call, daytime":                    {Ways: []string{"call"}, Parts: day},
		"call daytime, woman, interpreter": {Ways: []string{"call"}, Gender: "woman", Interpreter: true},
	} {
		u := r.Read("en", asked, choices, text)
		if u.Answer.Kind != bot.AnswerValue {
			t.Errorf("%q: unclear", text)
			continue
		}
		if d := cmp.Diff(&want, u.Answer.Value.Contact); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
	for _, text := range []string{"13", "1-5", "2 or 3", "by post"} {
		if u := r.Read("en", asked, choices, text); u.Answer.Kind != bot.AnswerUnclear {
			t.Errorf("%q: %+v", text, u.Answer.Value)
		}
	}
}

// A year of birth tells an age band unless the birthday decides.
func TestAYearOfBirthIsAnAge(t *testing.T) {
	t.Parallel()
	r := reader(t)
	asked := &bot.Asked{Kind: bot.AskChoice, Also: []bot.AskKind{bot.AskAge}, Options: []string{"adult", "older", "young", "other"}}
	choices := []string{"Me, 18 to 64", "Me, 65 or over", "Me, under 18", "Someone else"}
	now := time.Now().Year()
	for age, want := range map[int]string{30: "adult", 80: "older", 15: "young", 65: "", 18: ""} {
		u := r.Read("en", asked, choices, fmt.Sprintf("born %d", now-age))
		got := ""
		if ids := u.Answer.Value.IDs; len(ids) > 0 {
			got = ids[0]
		}
		if got != want {
			t.Errorf("%d or a year less: %q, want %q", age, got, want)
		}
	}
}

func TestAScaleIsAnsweredOutOfTen(t *testing.T) {
	t.Parallel()
	r := reader(t)
	asked := &bot.Asked{Kind: bot.AskScale}
	for text, want := range map[string]int{"7/10": 7, "7 out of 10": 7, "0/10": 0, "10": 10} {
		if u := r.Read("en", asked, nil, text); u.Answer.Kind != bot.AnswerValue || u.Answer.Value.Number != want {
			t.Errorf("%q: %+v", text, u.Answer)
		}
	}
	for _, text := range []string{"7/12", "11/10", "7/8/10"} {
		if u := r.Read("en", asked, nil, text); u.Answer.Kind == bot.AnswerValue {
			t.Errorf("%q: %+v", text, u.Answer.Value)
		}
	}
}

package understand

import (
	"strings"
	"unicode"

	"linkline/internal/fold"
	"linkline/locales"
)

// otherLanguages are names by which people ask for languages beyond those
// that ship, so that the right interpreter is found.
var otherLanguages = map[string][]string{
	"pl": {"polish", "polski", "polskie"}, "es": {"spanish", "espanol", "castellano"}, "pt": {"portuguese", "portugues"},
	"gu": {"gujarati", "ગુજરાતી"}, "it": {"italian", "italiano"}, "pa": {"punjabi", "panjabi", "ਪੰਜਾਬੀ", "پنجابی"},
	"ta": {"tamil", "தமிழ்"}, "tr": {"turkish", "turkce"}, "fr": {"french", "francais"}, "zh-Hans": {"chinese", "mandarin", "中文", "普通话"},
	"zh-Hant": {"cantonese", "廣東話", "粵語"}, "bg": {"bulgarian", "български"}, "fa": {"farsi", "persian", "فارسی"}, "prs": {"dari", "دری"},
	"ru": {"russian", "русский"}, "lt": {"lithuanian", "lietuviu"}, "sq": {"albanian", "shqip"}, "ne": {"nepali", "नेपाली"},
	"hi": {"hindi", "हिन्दी", "हिंदी"}, "ps": {"pashto", "pushto", "پښتو"}, "ckb": {"kurdish", "sorani", "کوردی"}, "ku": {"kurmanji", "kurdi"},
	"uk": {"ukrainian", "українська"}, "ti": {"tigrinya", "ትግርኛ"}, "am": {"amharic", "አማርኛ"}, "vi": {"vietnamese", "tieng viet"},
	"el": {"greek", "ελληνικα"}, "hu": {"hungarian", "magyar"}, "yi": {"yiddish"}, "fil": {"tagalog", "filipino"}, "sw": {"swahili", "kiswahili"},
	"ml": {"malayalam"}, "te": {"telugu"}, "ja": {"japanese"}, "yo": {"yoruba"}, "ln": {"lingala"}, "bfi": {"bsl", "british sign language"}, "syl": {"sylheti", "syloti", "siloti"},
}

// Language reads the name of a language as an answer to "which language?".
// spoken tells whether a folder serves it.
func (r *Reader) Language(text string) (tag string, spoken, ok bool) {
	words := fold.Words(text)
	if len(words) == 0 || len(words) > 6 {
		return "", false, false
	}
	key := strings.Join(words, " ")
	found, n := r.names[key], 1
	if found == "" {
		n = 0
		for name, t := range r.names {
			if len(name) > 2 && has(key, name) && t != found {
				found = t
				n++
			}
		}
	}
	if n == 0 && fold.Slips(key) > 0 { // "somalli", "bengoli"
		for name, t := range r.names {
			if fold.Slips(name) > 0 && fold.Distance(name, key, 1) <= 1 && t != found {
				found = t
				n++
			}
		}
	}
	if n != 1 {
		return "", false, false
	}
	served, spoken := r.serves(found)
	return served, spoken, true
}

// detector tells languages apart by script, letters and frequent words.
type detector struct {
	words map[string]map[string]bool // language → common words
}

func newDetector(c *locales.Catalog) detector {
	d := detector{words: map[string]map[string]bool{}}
	for _, l := range c.Languages() {
		m := set(l.Words.Common)
		for _, list := range [][]string{l.Words.Romanised, l.Words.Greetings, l.Words.Yes, l.Words.No} {
			for _, w := range list {
				for _, p := range fold.Words(w) {
					m[p] = true
				}
			}
		}
		d.words[l.Tag] = m
	}
	for tag, text := range otherCommon {
		m := map[string]bool{}
		for _, w := range fold.Words(text) {
			m[w] = true
		}
		d.words[tag] = m
	}
	return d
}

func (d detector) common(tag, word string) bool { return d.words[tag][word] }

// otherCommon are frequent words of languages that do not ship yet and are
// written in Latin, Arabic or Cyrillic letters.
var otherCommon = map[string]string{
	"es":  "hola que de la el los las por para con necesito ayuda gracias tengo estoy mi casa dinero comida vivo en una no si soy como buenas",
	"pl":  "dzien dobry czesc potrzebuje pomocy jestem nie mam w na sie mieszkam prosze dziekuje tak moj moja jak pieniadze praca dom i z do",
	"pt":  "ola preciso ajuda nao sim estou tenho obrigado obrigada minha meu casa dinheiro moro em uma com por para bom dia",
	"it":  "ciao buongiorno ho bisogno aiuto sono non grazie casa soldi abito vivo in una con per mia mio di che",
	"fr":  "bonjour besoin aide je suis mon ma pas merci argent maison habite dans une avec pour et le la les des de salut oui non",
	"tr":  "merhaba yardim lazim istiyorum ben evet hayir para ev icin bir ve var yok tesekkur selam nasil",
	"lt":  "labas reikia pagalbos as esu ne taip aciu namai pinigai gyvenu laba diena ir su man",
	"sq":  "pershendetje kam nevoje per ndihme jam nuk po jo faleminderit shtepi para jetoj dhe ne une tung",
	"vi":  "xin chao toi can giup do khong co cam on nha tien song o va la",
	"ku":  "silav ez alikari dixwazim na ere mal pere spas min heye",
	"fa":  "سلام من كمك نياز دارم است خانه پول لطفا ممنون هستم را با خواهم ميخواهم چه",
	"ps":  "سلام زه مرسته غواړم نه هو كور پيسي مننه يم ته په كي",
	"ckb": "سلاو من يارمهتيم دهوي بهلي نهخير سوپاس مال پاره",
	"bg":  "здравейте здрасти имам нужда от помощ аз съм не да пари дом благодаря живея в и за ми",
	"ru":  "здравствуйте привет мне нужна помощь я не да деньги дом спасибо живу в и у меня нет есть",
	"uk":  "вітаю привіт мені потрібна допомога я ні так гроші дім дякую живу у і мене є немає",
	"hi":  "नमस्ते मुझे मदद चाहिए मैं है हूँ नहीं हाँ घर पैसे कृपया और में मेरा",
	"ne":  "नमस्ते मलाई मद्दत चाहिन्छ म छ छैन हो होइन घर पैसा कृपया र मा मेरो",
}

// script gives the language where a script has one, and the candidates where
// it has several.
func script(r rune) (one string, many []string) {
	switch {
	case unicode.Is(unicode.Bengali, r):
		return "bn", nil
	case unicode.Is(unicode.Gujarati, r):
		return "gu", nil
	case unicode.Is(unicode.Gurmukhi, r):
		return "pa", nil
	case unicode.Is(unicode.Tamil, r):
		return "ta", nil
	case unicode.Is(unicode.Greek, r):
		return "el", nil
	case unicode.Is(unicode.Han, r):
		return "zh-Hans", nil
	case unicode.Is(unicode.Arabic, r):
		return "", []string{"ar", "ur", "fa", "ps", "ckb"}
	case unicode.Is(unicode.Cyrillic, r):
		return "", []string{"ru", "uk", "bg"}
	case unicode.Is(unicode.Devanagari, r):
		return "", []string{"hi", "ne"}
	case unicode.Is(unicode.Ethiopic, r):
		return "", []string{"am", "ti"}
	case unicode.Is(unicode.Latin, r):
		return "", []string{"en", "ro", "so", "es", "pl", "pt", "it", "fr", "tr", "lt", "sq", "vi", "ku", "ur", "bn", "ar"}
	}
	return "", nil
}

// Letters that betray a language by themselves, in the spelling as typed.
var betray = map[rune]string{
	'ٹ': "ur", 'ڈ': "ur", 'ڑ': "ur", 'ے': "ur", 'ں': "ur", 'ھ': "ur",
	'ښ': "ps", 'ړ': "ps", 'ټ': "ps", 'ډ': "ps", 'ې': "ps",
	'ڕ': "ckb", 'ێ': "ckb", 'ۆ': "ckb", 'ڵ': "ckb",
	'ة': "ar", 'إ': "ar", 'أ': "ar", 'ى': "ar",
	'ț': "ro", 'ș': "ro", 'ă': "ro", 'ţ': "ro",
	'ł': "pl", 'ż': "pl", 'ź': "pl", 'ń': "pl", 'ś': "pl", 'ę': "pl", 'ć': "pl",
	'ğ': "tr", 'ı': "tr", 'ñ': "es", '¿': "es", 'ã': "pt", 'õ': "pt", 'ė': "lt", 'ų': "lt", 'ū': "lt", 'ą': "lt",
	'ъ': "bg", 'ы': "ru", 'э': "ru", 'ї': "uk", 'є': "uk", 'і': "uk",
	'đ': "vi", 'ư': "vi", 'ơ': "vi", 'ạ': "vi", 'ế': "vi", 'ệ': "vi",
}

// Detect names the language of a text. sure is set only where script, letters
// or several words leave no doubt; "und" where nothing can be known.
func (r *Reader) Detect(text string) (lang string, sure bool) {
	if len(text) > 2000 {
		text = strings.ToValidUTF8(text[:2000], "")
	}
	ones, score := map[string]int{}, map[string]int{}
	var many []string
	letters := 0
	for _, c := range strings.ToLower(text) {
		if !unicode.IsLetter(c) {
			continue
		}
		letters++
		one, list := script(c)
		if one != "" {
			ones[one]++
		} else if many == nil || len(list) > 0 && len(list) < len(many) {
			many = list
		}
		if l, ok := betray[c]; ok {
			score[l] += 2
		}
	}
	for l, n := range ones {
		if n*2 > letters || n >= 3 {
			return l, true
		}
	}
	if letters == 0 {
		return "und", false
	}
	words := fold.Words(text)
	for _, l := range many {
		for _, w := range words {
			if r.detect.words[l][w] {
				score[l] += 2
			}
		}
	}
	best, second := "", ""
	for _, l := range many {
		switch {
		case best == "" || score[l] > score[best]:
			best, second = l, best
		case second == "" || score[l] > score[second]:
			second = l
		}
	}
	if best == "" || score[best] == 0 {
		return "und", false
	}
	lead := score[best] - score[second]
	return best, lead >= 2 && (score[best] >= 4 || len(words) <= 2 && score[second] == 0)
}

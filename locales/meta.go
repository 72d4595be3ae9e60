package locales

// Meta says what a language is and who has read its texts.
type Meta struct {
	Tag       string   `json:"tag"`
	Endonym   string   `json:"endonym"` // the language's own name, as its menu line
	Name      string   `json:"name"`    // in English
	Script    string   `json:"script"`
	Direction string   `json:"direction"`        // ltr or rtl
	Digits    string   `json:"digits,omitempty"` // zero to nine, where dates and times use its own
	Plural    string   `json:"plural,omitempty"` // language whose plural rules it borrows
	GSM7      bool     `json:"gsm7,omitempty"`   // natural spelling stays within GSM-7, so its texts must
	Serves    []string `json:"serves,omitempty"` // other codes that this folder serves
	List      List     `json:"list"`
	Note      string   `json:"note,omitempty"` // to translators
	Review    Review   `json:"review"`
}

// List says how a language writes "a, b and c".
type List struct {
	Between string `json:"between"`
	Last    string `json:"last"`
}

// Review says who has read a language's texts. Status is "unreviewed" until a
// speaker's name and the date stand here.
type Review struct {
	Status string `json:"status,omitempty"`
	By     string `json:"by,omitempty"`
	On     string `json:"on,omitempty"`
}

// Done tells whether a speaker has read it.
func (r Review) Done() bool { return r.By != "" && r.On != "" && r.Status != "unreviewed" }

// Dates are a language's names of days and months, and how a date and a time
// of day are written. Names stand in the form that the texts need.
type Dates struct {
	Weekdays []string  `json:"weekdays"` // Sunday first
	Months   []string  `json:"months"`
	Format   string    `json:"format"`          // {weekday} {day} {month}
	First    string    `json:"first,omitempty"` // the first of a month, where it is not "1"
	Clock    ClockFace `json:"clock"`
}

// ClockFace is how a language writes a time of day. Without a format it is 09:00.
type ClockFace struct {
	Hours  int    `json:"hours,omitempty"`  // 12 or 24
	Format string `json:"format,omitempty"` // {hour} or {hour2} (two digits), {minute}, {part}
	Whole  string `json:"whole,omitempty"`  // at full hours
	Parts  []Part `json:"parts,omitempty"`  // of the day, in order
}

// Part is a part of the day: "am", "in the morning".
type Part struct {
	From int    `json:"from"` // the hour it begins, 0 to 23
	Name string `json:"name"`
}

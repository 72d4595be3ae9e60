package config

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Secret is a value that never prints.
type Secret string

// Raw is the secret itself.
func (s Secret) Raw() string { return string(s) }

// String hides the secret.
func (s Secret) String() string { return "[secret]" }

// GoString hides the secret.
func (s Secret) GoString() string { return "[secret]" }

// Format hides the secret under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[secret]")) }

// MarshalText hides the secret in every encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// LogValue hides the secret in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// Env is the environment of CONTRACT 2.
type Env struct {
	Config        string
	Listen        string
	PublicURL     *url.URL
	Keyset        Secret
	Redis         Redis
	TwilioSID     string
	TwilioToken   Secret
	TwilioURL     string
	SlackToken    Secret
	SlackSecret   Secret
	SlackApp      Secret
	SlackURL      string
	Ledger        string
	MetricsListen string
	LogFormat     string
	LogLevel      slog.Level
}

// Needs says what of the environment a command uses. What it does not use may
// be missing or wrong.
type Needs int

// What commands use.
const (
	NeedsStore Needs = iota // Redis and the keyset
	NeedsAll                // Twilio, Slack and the public URL too
)

// FromEnv reads the environment; every fault is reported at once. Env.Config
// is read whatever the faults, so that those of the file can be told beside
// them.
func FromEnv(getenv func(string) string, needs Needs) (Env, Faults) {
	var fs Faults
	fault := func(name, msg, hint string) { fs = append(fs, Fault{File: name, Msg: msg, Hint: hint}) }
	or := func(name, def string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return def
	}
	e := Env{
		Config: or("LINKLINE_CONFIG", "linkline.yaml"), Listen: or("LINKLINE_LISTEN", "127.0.0.1:8080"),
		TwilioSID: getenv("TWILIO_ACCOUNT_SID"), TwilioToken: Secret(getenv("TWILIO_AUTH_TOKEN")), TwilioURL: or("TWILIO_API_URL", "https://api.twilio.com"),
		SlackToken: Secret(getenv("SLACK_BOT_TOKEN")), SlackURL: or("SLACK_API_URL", "https://slack.com/api/"),
		SlackSecret: Secret(getenv("SLACK_SIGNING_SECRET")), SlackApp: Secret(getenv("SLACK_APP_TOKEN")),
		MetricsListen: getenv("LINKLINE_METRICS_LISTEN"), LogFormat: or("LINKLINE_LOG", "json"),
	}
	e.Ledger = or("LINKLINE_LEDGER", filepath.Join(filepath.Dir(e.Config), "linkline-ledger"))
	if needs == NeedsAll {
		e.services(getenv, fault)
	}
	switch k, err := keyset(getenv("LINKLINE_KEYSET")); {
	case blank(getenv("LINKLINE_KEYSET")):
		fault("LINKLINE_KEYSET", "is not set", "make one with: linkline keys new")
	case err != nil:
		fault("LINKLINE_KEYSET", err.Error(), "base64:…, or the path of a file of mode 0600")
	default:
		e.Keyset = Secret(k)
	}
	var err error
	if e.Redis, err = ParseRedis(or("REDIS_URL", "redis://127.0.0.1:6379/0")); err != nil {
		fault("REDIS_URL", err.Error(), "redis://host:6379/0")
	}
	if e.LogFormat != "json" && e.LogFormat != "text" {
		fault("LINKLINE_LOG", "is neither text nor json", "text or json")
	}
	if err := e.LogLevel.UnmarshalText([]byte(or("LINKLINE_LOG_LEVEL", "info"))); err != nil {
		fault("LINKLINE_LOG_LEVEL", "is no level", "debug, info, warn or error")
	}
	return e, fs
}

// services checks what Twilio and Slack need.
func (e *Env) services(getenv func(string) string, fault func(name, msg, hint string)) {
	for _, v := range []struct{ name, hint string }{
		{"TWILIO_ACCOUNT_SID", "the account's id, AC and 32 letters and digits"},
		{"TWILIO_AUTH_TOKEN", "without it anybody could forge texts"},
		{"SLACK_BOT_TOKEN", "the bot token, xoxb-…"},
	} {
		if blank(getenv(v.name)) {
			fault(v.name, "is not set", v.hint)
		}
	}
	if blank(e.SlackSecret.Raw()) && blank(e.SlackApp.Raw()) {
		fault("SLACK_SIGNING_SECRET", "is not set, and SLACK_APP_TOKEN is not either", "set the signing secret for HTTP, or the app token for Socket Mode")
	}
	if !webAddress(e.TwilioURL) {
		fault("TWILIO_API_URL", "is no web address", "https://api.twilio.com")
	}
	switch {
	case !webAddress(e.SlackURL):
		fault("SLACK_API_URL", "is no web address", "https://slack.com/api/")
	case !strings.HasSuffix(e.SlackURL, "/"):
		fault("SLACK_API_URL", "does not end in /", "https://slack.com/api/")
	}
	switch raw := getenv("LINKLINE_PUBLIC_URL"); {
	case blank(raw):
		fault("LINKLINE_PUBLIC_URL", "is not set", "the address at which Twilio and Slack reach this program")
	case !webAddress(raw):
		fault("LINKLINE_PUBLIC_URL", "is no web address", "https://linkline.example.org")
	default:
		e.PublicURL, _ = url.Parse(raw)
	}
}

// blank: spaces and the commas between two secrets are nothing.
func blank(v string) bool { return strings.Trim(v, " \t\r\n,") == "" }

func webAddress(v string) bool {
	u, err := url.Parse(v)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// keyset takes the value itself or the path of a file nobody else may read.
func keyset(raw string) (string, error) {
	if strings.HasPrefix(raw, "base64:") {
		return raw, nil
	}
	info, err := os.Stat(raw)
	if err != nil {
		return "", fmt.Errorf("names a file that cannot be read")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("names a file that others may read (chmod 0600)")
	}
	b, err := os.ReadFile(raw)
	if err != nil {
		return "", fmt.Errorf("names a file that cannot be read")
	}
	return strings.TrimSpace(string(b)), nil
}

// Redis is where the store is.
type Redis struct {
	Mode               string // single, sentinel, cluster
	Addrs              []string
	Master             string
	DB                 int
	TLS                bool
	Username, Password string
}

// ParseRedis reads REDIS_URL in the forms of the contract.
func ParseRedis(raw string) (Redis, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return Redis{}, fmt.Errorf("has no scheme")
	}
	r := Redis{Mode: "single", TLS: strings.HasPrefix(scheme, "rediss")}
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		user, err := url.Parse("x://" + rest[:i] + "@h")
		if err != nil {
			return Redis{}, fmt.Errorf("has a user that cannot be read")
		}
		r.Username = user.User.Username()
		r.Password, _ = user.User.Password()
		rest = rest[i+1:]
	}
	base := strings.Replace(scheme, "rediss", "redis", 1)
	if base == "unix" {
		path, query, _ := strings.Cut(rest, "?")
		r.Addrs = []string{path}
		err := r.db(strings.TrimPrefix(query, "db="))
		return r, err
	}
	hosts, path, _ := strings.Cut(rest, "/")
	for h := range strings.SplitSeq(hosts, ",") {
		if h == "" {
			return Redis{}, fmt.Errorf("has no host")
		}
		if !strings.Contains(h, ":") {
			h += ":6379"
		}
		r.Addrs = append(r.Addrs, h)
	}
	switch base {
	case "redis":
		if len(r.Addrs) > 1 {
			return Redis{}, fmt.Errorf("names several hosts (use redis+cluster:// or redis+sentinel://)")
		}
		err := r.db(path)
		return r, err
	case "redis+sentinel":
		r.Mode = "sentinel"
		master, db, _ := strings.Cut(path, "/")
		if master == "" {
			return Redis{}, fmt.Errorf("names no master (redis+sentinel://h:p,h:p/master/db)")
		}
		r.Master = master
		err := r.db(db)
		return r, err
	case "redis+cluster":
		r.Mode = "cluster"
		return r, nil
	}
	return Redis{}, fmt.Errorf("has an unknown scheme %q", scheme)
}

func (r *Redis) db(s string) error {
	if s == "" {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return fmt.Errorf("has a database that is no number")
	}
	r.DB = n
	return nil
}

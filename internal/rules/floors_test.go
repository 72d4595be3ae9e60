package rules

import (
	"strings"
	"testing"
)

// floors says on which floor a room stands. Imports point down only, and no
// room imports a neighbour on its own floor: internal/app joins them. So a
// room can be read, tested and replaced without its neighbours.
var floors = map[string]int{
	"bot": 0, "internal/fold": 0, "internal/sms": 0, "internal/hours": 0, "internal/ndjson": 0, "internal/tally": 0,
	"locales": 1,
	"flows":   2, "internal/understand": 2, "internal/triage": 2, "internal/redisstore": 2, "internal/vault": 2, "internal/config": 2,
	"adapters/slack": 3, "adapters/twilio": 3,
	"internal/inbox": 3, "internal/outbox": 3, "internal/relay": 3, "internal/queue": 3, "internal/desk": 3, "internal/alert": 3, "internal/erasure": 3,
	"internal/catchup": 3, "internal/timers": 3, "internal/httpd": 3, "internal/console": 3,
	"internal/emulator/slackemu": 3, "internal/emulator/twilioemu": 3,
	"internal/app": 4,
	"cmd/linkline": 5, "internal/triage/teach": 5, "internal/bench": 5,
}

// suites are what only tests may import: they may stand beside what they test.
var suites = map[string]int{
	"adapters/adaptertest": 3, "internal/redisstore/storetest": 2, "internal/app/apptest": 4, "internal/rules": 5,
}

// sdks says which room alone may know a library, so that a change of provider
// or of its library stays in one room.
var sdks = map[string][]string{
	"github.com/slack-go/slack":        {"adapters/slack"},
	"github.com/twilio/twilio-go":      {"adapters/twilio"},
	"github.com/redis/go-redis":        {"internal/redisstore", "internal/redisstore/storetest"},
	"github.com/looplab/fsm":           {"bot"},
	"github.com/nicksnyder/go-i18n":    {"locales"},
	"github.com/prometheus":            {"internal/httpd"},
	"github.com/alecthomas/kong":       {"cmd/linkline"},
	"github.com/alicebob/miniredis/v2": {"cmd/linkline", "internal/redisstore/storetest", "internal/app/apptest"},
}

func local(imp string) (string, bool) {
	return strings.CutPrefix(imp, module+"/")
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		from, known := floors[s.room]
		if suite, ok := suites[s.room]; ok {
			from, known = suite, true
		}
		if !known {
			t.Errorf("%s: the room %s stands on no floor (add it to floors, with the others of its kind)", s.path, s.room)
			continue
		}
		_, isSuite := suites[s.room]
		for _, imp := range s.imports() {
			to, ok := local(imp)
			if !ok {
				continue
			}
			if _, suite := suites[to]; suite {
				if !s.test && !isSuite {
					t.Errorf("%s imports %s: only tests import a suite", s.path, to)
				}
				continue
			}
			floor, ok := floors[to]
			switch {
			case !ok:
				t.Errorf("%s imports %s, which stands on no floor", s.path, to)
			case to == s.room: // an external test of its own room
			case floor < from:
			case floor == from && (s.test || isSuite):
			case s.test && s.room != "bot":
				// A test may reach up to see its room work inside the whole.
			default:
				t.Errorf("%s (floor %d) imports %s (floor %d): imports point down only; let internal/app join them", s.path, from, to, floor)
			}
		}
	}
}

func TestLibrariesStayInTheirRoom(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, imp := range s.imports() {
			for sdk, rooms := range sdks {
				if imp != sdk && !strings.HasPrefix(imp, sdk+"/") {
					continue
				}
				allowed := false
				for _, r := range rooms {
					allowed = allowed || s.room == r
				}
				if !allowed {
					t.Errorf("%s imports %s, which only %s may know", s.path, imp, strings.Join(rooms, ", "))
				}
			}
		}
	}
}

// vague are names that say nothing about what a room is for.
var vague = []string{"util", "utils", "common", "helper", "helpers", "manager", "misc", "base", "shared", "types", "models"}

func TestRoomsHaveNamesAndSayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, s := range sources(t) {
		name := s.room[strings.LastIndex(s.room, "/")+1:]
		for _, v := range vague {
			if name == v {
				t.Errorf("%s: the name %q says nothing about what the room is for", s.room, v)
			}
		}
		if !s.test {
			said[s.room] = said[s.room] || s.file.Doc != nil && len(s.file.Doc.Text()) > 40
		}
	}
	for room, ok := range said {
		if !ok {
			t.Errorf("%s has no package comment that says what it is for and what it may touch", room)
		}
	}
}

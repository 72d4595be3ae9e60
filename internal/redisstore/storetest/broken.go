package storetest

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"linkline/internal/redisstore"
)

// Rule names a rule of the scripts that a test may break, to see that it is
// noticed: a check that passes on a broken store checks nothing.
type Rule string

// The rules that can be broken.
const (
	Dedupe  Rule = "dedupe"  // an event counts twice
	Version Rule = "version" // a commit on an old state overwrites a newer one
	Fence   Rule = "fence"   // a settlement counts although the lane is somebody else's
	Lease   Rule = "lease"   // a live lease is claimed
	Blind   Rule = "blind"   // a head in flight is sent again without looking
	Owner   Rule = "owner"   // a referral that somebody holds is given to another
	Forward Rule = "forward" // a delivery goes back
)

// changes are what breaks a rule: in a file, one text for another.
var changes = map[Rule][3]string{
	Dedupe:  {"commit.lua", "if remembered and tonumber(remembered) > now then", "if false then"},
	Version: {"commit.lua", "if version ~= ARGV[2] then", "if false then"},
	Fence: {"lane_ack.lua", "if not head or score ~= tonumber(ARGV[3]) or parse(head) ~= oid then",
		"if head then oid = parse(head) else"},
	Lease:   {"lane_claim.lua", "if not own and score > now then return {'lost'} end", ""},
	Owner:   {"queue_claim.lua", "if r[1] == 'claimed' then return {'held', r[2]} end", ""},
	Forward: {"receipt.lua", "tonumber(ARGV[2]) > rank", "true"},
	Blind:   {"lib_lane.lua", "if not look and inflight == 0 then", "if true then"},
}

// Broken is the store's scripts with one rule broken, for Config.Scripts.
func Broken(t testing.TB, rule Rule) fs.FS {
	t.Helper()
	out, err := broken(rule)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func broken(rule Rule) (fs.FS, error) {
	change, ok := changes[rule]
	if !ok {
		return nil, fmt.Errorf("no rule %q", rule)
	}
	return changed(change)
}

// changed is the store's scripts with one text of one file replaced.
func changed(change [3]string) (fs.FS, error) {
	out := fstest.MapFS{}
	names, err := fs.Glob(redisstore.Scripts(), "*.lua")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		src, err := fs.ReadFile(redisstore.Scripts(), name)
		if err != nil {
			return nil, err
		}
		if name == change[0] {
			if strings.Count(string(src), change[1]) != 1 {
				return nil, fmt.Errorf("%s has changed: %q can no longer be replaced", name, change[1])
			}
			src = []byte(strings.Replace(string(src), change[1], change[2], 1))
		}
		out[name] = &fstest.MapFile{Data: src}
	}
	return out, nil
}

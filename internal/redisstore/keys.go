package redisstore

import (
	"hash/fnv"
	"strconv"

	"linkline/bot"
)

// Partitions is the number of hash tags that conversations spread over. It is
// written to linkline:meta by the first start and can never change afterwards.
const Partitions = 64

// metaKey holds what every later start must agree with.
const metaKey = "linkline:meta"

var lanes = [...]bot.Lane{bot.LaneSafety, bot.LaneReply, bot.LaneRelay}

// partition tells where a conversation lives.
func partition(cid bot.CID) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(cid))
	return int(h.Sum32() % Partitions)
}

// tag is the prefix that puts all keys of a partition into one slot: "{07}:".
func tag(p int) string {
	if p < 10 {
		return "{0" + strconv.Itoa(p) + "}:"
	}
	return "{" + strconv.Itoa(p) + "}:"
}

// queueTag is the prefix that puts all keys of a programme's queue into one
// slot: "{q:bdd}:".
func queueTag(programme string) string { return "{q:" + programme + "}:" }

// place names the keys of one conversation. Every script gets its keys from
// here, so that none can be misspelt in two ways.
type place struct {
	cid bot.CID
	tag string
}

func placeOf(cid bot.CID) place { return place{cid, tag(partition(cid))} }

func (p place) conversation() string       { return p.tag + "c:" + string(p.cid) } // hash
func (p place) seen() string               { return p.tag + "i:" + string(p.cid) } // zset
func (p place) lane(l bot.Lane) string     { return p.tag + string(l) + ":" + string(p.cid) }
func (p place) delivery() string           { return p.tag + "d:" + string(p.cid) } // hash
func (p place) journal() string            { return p.tag + "h:" + string(p.cid) } // stream
func (p place) stub() string               { return p.tag + "z:" + string(p.cid) } // hash
func (p place) erased() string             { return p.tag + "e:" + string(p.cid) } // string
func (p place) due(l bot.Lane) string      { return dueKey(p.tag, l) }
func (p place) timers() string             { return timersKey(p.tag) }
func (p place) dead() string               { return deadKey(p.tag) }
func dueKey(tag string, l bot.Lane) string { return tag + "due:" + string(l) } // zset
func timersKey(tag string) string          { return tag + "tmr" }              // zset
func deadKey(tag string) string            { return tag + "dead" }             // list

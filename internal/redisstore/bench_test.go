package redisstore_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
)

// BenchmarkLoadCommit is what every text costs in Redis: one read, one commit,
// over a loopback socket and with a state of usual size.
func BenchmarkLoadCommit(b *testing.B) {
	sealer := newSealer(b)
	client, err := redisstore.Connect(b.Context(), storetest.Redis(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Close() })
	s, err := redisstore.New(client, sealer, redisstore.Config{})
	if err != nil {
		b.Fatal(err)
	}
	state := make([]byte, 1500)
	var n atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			cid, id := bot.CID(fmt.Sprintf("bench%015d", i%10000)), fmt.Sprintf("SM%d", i)
			l, err := s.Load(b.Context(), cid)
			if err != nil {
				b.Error(err)
				return
			}
			_, err = s.Commit(b.Context(), redisstore.Commit{
				CID: cid, Version: l.Version, EventID: id, State: state, Routing: bot.Routing{LastIn: time.Now()},
				Entries: map[bot.Lane][]bot.Entry{bot.LaneReply: {{OID: bot.OID(id + ".0"), Kind: bot.EntryFlow, Lock: bot.LockSafe, Text: "a reply of usual length"}}},
				Journal: &bot.JournalLine{EventID: id, Version: l.Version + 1},
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
}

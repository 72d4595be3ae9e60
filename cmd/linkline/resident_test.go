package main

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// talk sends texts one after the other, each after the one before was
// answered, and returns everything that was sent.
func (o *outside) talk(t *testing.T, s *server, texts ...string) []string {
	t.Helper()
	var all []string
	for i, text := range texts {
		sid := "SM" + strings.Repeat("a", 30) + strconv.Itoa(10+i)
		if got := s.post("/twilio/messages", map[string]string{"MessageSid": sid, "From": aResident, "To": ourNumber, "Body": text, "NumMedia": "0"}); got != 200 {
			t.Fatalf("%q: %d", text, got)
		}
		all = o.sent(t, s, i+2) // two answer the first text, one every other
	}
	return all
}

// dumped is every key of a Redis, as a backup has them.
func dumped(t *testing.T, c *redis.Client) map[string]string {
	t.Helper()
	ctx := t.Context()
	keys, err := c.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, k := range keys {
		if out[k], err = c.Dump(ctx, k).Result(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// redis looks at what the program keeps.
func (o *outside) redis(t *testing.T) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: strings.TrimPrefix(o.env["REDIS_URL"], "unix://")})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestAPersonIsForgottenEverywhere(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	c := o.redis(t)
	s := o.serve(t)
	all := o.talk(t, s, "hello", "1", "1", "1", "1 4", "Amina", "ig11", "2")
	all = o.sent(t, s, len(all)+1) // the read-back
	var ref string
	for _, text := range all {
		if _, rest, ok := strings.Cut(text, "number is "); ok {
			ref = strings.TrimSuffix(strings.Fields(rest)[0], ".")
		}
	}
	if ref == "" {
		t.Fatalf("no reference in %q", all)
	}
	o.card(t, ref)

	out := linkline(t, o.env, "", "resident", "export", ref)
	var data struct {
		Address string
		Person  json.RawMessage
		History []json.RawMessage
	}
	if err := json.Unmarshal([]byte(out.out), &data); err != nil || out.code != 0 {
		t.Fatalf("export: %v %+v", err, out)
	}
	if data.Address != aResident || len(data.History) < 8 || !strings.Contains(string(data.Person), "Amina") {
		t.Errorf("the export lacks something: %s", out.out)
	}

	if got := linkline(t, o.env, "", "resident", "hold", aResident); got.code != 2 || !strings.Contains(got.errs, "reason") {
		t.Errorf("a hold without a reason: %+v", got)
	}
	if got := linkline(t, o.env, "", "resident", "hold", aResident, "--reason", "a complaint"); got.code != 0 {
		t.Fatalf("hold: %+v", got)
	}
	if got := linkline(t, o.env, "", "resident", "erase", ref); got.code != 1 || !strings.Contains(got.errs, "hold") {
		t.Errorf("erased in spite of a hold: %+v", got)
	}
	if got := linkline(t, o.env, "", "resident", "hold", ref, "--off"); got.code != 0 {
		t.Fatalf("hold --off: %+v", got)
	}

	backup := dumped(t, c)
	if code := s.stop(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	got := linkline(t, o.env, "", "resident", "erase", ref)
	if got.code != 0 || !strings.Contains(got.out, ref) || strings.Contains(got.out, aResident) {
		t.Fatalf("erase: %+v", got)
	}
	o.nothingLeft(t, c, ref)

	// A backup brings the person back; the ledger makes them go again.
	for k, v := range backup {
		if err := c.RestoreReplace(t.Context(), k, 0, v).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if got := linkline(t, o.env, "", "why", ref); got.code != 0 {
		t.Fatalf("the backup did not bring anybody back: %+v", got)
	}
	if code := o.serve(t).stop(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	if got := linkline(t, o.env, "", "why", ref); got.code == 0 {
		t.Errorf("erased people are back after a restore: %+v", got)
	}
	ledger, err := os.ReadFile(o.env["LINKLINE_LEDGER"])
	if err != nil || strings.Contains(string(ledger), "7700900") || strings.Contains(string(ledger), "Amina") {
		t.Errorf("the ledger: %v %s", err, ledger)
	}
}

// An operator erases while linkline serve runs, which may be the one to carry
// it to its end: the receipt comes all the same.
func TestAReceiptComesBesideServe(t *testing.T) {
	t.Parallel()
	o := newOutside(t, liveConfig)
	c := o.redis(t)
	s := o.serve(t)
	all := o.talk(t, s, "hello", "1", "1", "1", "1 4", "Amina", "ig11", "2")
	all = o.sent(t, s, len(all)+1) // the read-back
	_, rest, _ := strings.Cut(strings.Join(all, " "), "number is ")
	ref := strings.TrimSuffix(strings.Fields(rest + " -")[0], ".")
	o.card(t, ref)
	got := linkline(t, o.env, "", "resident", "erase", aResident)
	var receipt struct {
		Texts     int      `json:"texts_deleted_at_provider"`
		Referrals []string `json:"referrals_deleted"`
		Failed    []string `json:"failed"`
	}
	if err := json.Unmarshal([]byte(got.out), &receipt); err != nil || got.code != 0 {
		t.Fatalf("erase: %v %+v", err, got)
	}
	if len(receipt.Referrals) != 1 || receipt.Referrals[0] != ref || receipt.Texts < len(all) || len(receipt.Failed) > 0 {
		t.Errorf("the receipt: %+v", receipt)
	}
	o.nothingLeft(t, c, ref)
	if code := s.stop(); code != 0 {
		t.Errorf("serve: exit %d\n%s", code, s.errs())
	}
}

// card waits until a referral's card stands in Slack.
func (o *outside) card(t *testing.T, ref string) {
	t.Helper()
	changes, done := o.slack.Subscribe()
	defer done()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !strings.Contains(o.shows(), ref) {
		select {
		case <-changes:
		case <-ctx.Done():
			t.Fatal("no card")
		}
	}
}

func (o *outside) shows() string {
	var b strings.Builder
	for _, m := range o.slack.Messages("C0123456789") {
		b.WriteString(m.Text + string(m.Blocks))
	}
	return b.String()
}

// nothingLeft looks for anything of the person anywhere.
func (o *outside) nothingLeft(t *testing.T, c *redis.Client, ref string) {
	t.Helper()
	for _, m := range o.phone.Messages() {
		if (m.From == aResident || m.To == aResident) && m.Body != "" && !strings.Contains(m.Body, "is done") {
			t.Errorf("still in the provider's log: %q", m.Body)
		}
	}
	if shows := o.shows(); strings.Contains(shows, "Barking") || !strings.Contains(shows, "deleted") {
		t.Errorf("the card still shows: %s", shows)
	}
	for k := range dumped(t, c) {
		for _, kind := range []string{":c:", ":h:", ":d:", ":o:", ":s:", ":x:"} {
			if strings.Contains(k, kind) {
				t.Errorf("still in Redis: %s", k)
			}
		}
	}
	for _, cmd := range [][]string{{"why", ref}, {"why", aResident}, {"resident", "export", ref}} {
		if got := linkline(t, o.env, "", cmd...); got.code == 0 {
			t.Errorf("%v still finds them: %+v", cmd, got)
		}
	}
}

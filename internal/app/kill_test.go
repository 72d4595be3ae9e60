package app_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linkline/bot"
	"linkline/internal/emulator/slackemu"
	"linkline/internal/emulator/twilioemu"
	"linkline/internal/redisstore"
	"linkline/internal/redisstore/storetest"
	"linkline/internal/vault"
)

var soak = flag.Duration("soak", 0, "how long the kill test goes on after every row of the crash table was met")

// fleet is two replicas behind a balancer, each brought back whenever it dies.
type fleet struct {
	t      *testing.T
	conf   replicaConfig // of every replica that starts from now on
	public *httptest.Server
	stop   chan struct{}

	mu    sync.Mutex
	ports [2]string
	cmds  [2]*exec.Cmd
	turn  int
	queue []place       // where the next ones die
	died  map[place]int // how often one died there
	done  sync.WaitGroup
}

// ServeHTTP is the balancer: the two in turn, whichever lives.
func (f *fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.turn++
	port := f.ports[f.turn%2]
	if port == "" {
		port = f.ports[(f.turn+1)%2]
	}
	f.mu.Unlock()
	if port == "" {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: port})
	p.ErrorLog = log.New(io.Discard, "", 0)
	p.ServeHTTP(w, r)
}

// keep runs the i-th replica for ever.
func (f *fleet) keep(i int) {
	tries := 0
	for {
		select {
		case <-f.stop:
			return
		default:
		}
		f.mu.Lock()
		c := f.conf
		if len(f.queue) > 0 && i == 1 { // the other one lives on, so that residents are answered
			c.Die, f.queue = f.queue[0], f.queue[1:]
			c.After = int(dice(3))
		}
		f.mu.Unlock()
		err := f.run(i, c)
		if errors.Is(err, errNotStarted) && tries < 100 { // Redis may be failing over: a supervisor tries again
			tries++
			wait(f.t.Context(), 300*time.Millisecond)
			continue
		}
		tries = 0
		if err != nil {
			select {
			case <-f.stop:
			default:
				f.t.Errorf("a replica: %v", err)
			}
			return
		}
	}
}

var errNotStarted = errors.New("it did not start")

// run runs a replica until it dies.
func (f *fleet) run(i int, c replicaConfig) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), replicaEnv+"="+string(raw))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	port, ok := strings.CutPrefix(strings.TrimSpace(line), replicaReady)
	if !ok {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return fmt.Errorf("%w: %s", errNotStarted, said.String())
	}
	f.mu.Lock()
	f.ports[i], f.cmds[i] = port, cmd
	f.mu.Unlock()
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	byUs := f.cmds[i] == nil
	f.ports[i], f.cmds[i] = "", nil
	if !byUs {
		f.died[c.Die]++
		if c.Die == anywhere {
			return fmt.Errorf("it ended by itself: %s", said.String())
		}
	}
	return nil
}

// kill ends a replica from outside, wherever it stands.
func (f *fleet) kill(i int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cmd := f.cmds[i]; cmd != nil {
		f.cmds[i] = nil
		f.died[anywhere]++
		_ = cmd.Process.Kill()
	}
}

// missing are the places where nobody died yet.
func (f *fleet) missing() []place {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []place
	for _, p := range places {
		if f.died[p] == 0 {
			out = append(out, p)
		}
	}
	return out
}

func (f *fleet) enqueue(p ...place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = append(f.queue, p...)
}

func (f *fleet) close() {
	close(f.stop)
	f.kill(0)
	f.kill(1)
	f.done.Wait()
	f.public.Close()
}

// town is the world around the fleet: the emulators, the residents, a worker.
type town struct {
	*fleet
	phone *twilioemu.Emulator
	slack *slackemu.Emulator
	store *redisstore.Store
	vault *vault.Vault
	keys  sealer // what the town itself reads Redis with
	raw   redisstore.Options

	mu       sync.Mutex
	patience time.Duration // how long a text that nobody takes is brought again
	pace     time.Duration // the least that a conversation takes, so that numbers last
	phones   []string
	finished int
	closed   int
	cried    map[string]string // phones that cried for help, with the id of the text
	taken    map[string]bool   // texts that a replica said 200 to; the others may be lost with the test
	texting  sync.WaitGroup
}

func newTown(t *testing.T, raw redisstore.Options) *town {
	t.Helper()
	keys, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &town{raw: raw, taken: map[string]bool{}, cried: map[string]string{}}
	if w.vault, err = vault.Open(keys); err != nil {
		t.Fatal(err)
	}
	client, err := redisstore.Connect(t.Context(), w.raw)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	w.keys.Store(w.vault)
	if w.store, err = redisstore.New(client, &w.keys, redisstore.Config{}); err != nil {
		t.Fatal(err)
	}
	w.phone = twilioemu.New(twilioemu.Config{AccountSID: account, AuthToken: token})
	w.slack = slackemu.New(slackemu.Config{BotToken: "xoxb-test", SigningSecret: "secret", TeamID: "T1", AppID: "A1", BotUser: "U0LINKLINE"})
	for _, u := range []string{worker, other, "U0CCCCCCC"} {
		w.slack.AddUser(slackemu.User{ID: u, Name: u})
	}
	for _, c := range []string{cards, alerts} {
		w.slack.AddChannel(slackemu.Channel{ID: c, Name: c, Private: true, Members: []string{worker, other, "U0LINKLINE"}})
	}
	api, sl := httptest.NewServer(w.phone), httptest.NewServer(w.slack)
	w.slack.SetBase(sl.URL)
	w.fleet = &fleet{t: t, stop: make(chan struct{}), died: map[place]int{}}
	w.public = httptest.NewServer(w.fleet)
	w.conf = replicaConfig{
		Setup: strings.Replace(setup, "LANGS", "en", 1), Keyset: keys, Public: w.public.URL, Redis: redisConfig{w.raw.Mode, w.raw.Addrs, w.raw.Master},
		Twilio: api.URL, Slack: sl.URL, Lease: 2 * time.Second, Poll: 50 * time.Millisecond,
	}
	w.phone.SetNumber(ours, twilioemu.Number{Webhook: w.public.URL + "/twilio/messages#rc=3&rp=ct,5xx,rt"})
	w.slack.Endpoints(w.public.URL+"/slack/events", w.public.URL+"/slack/interactions", w.public.URL+"/slack/commands")
	for i := range 2 {
		w.done.Go(func() { w.keep(i) })
	}
	t.Cleanup(func() {
		w.phone.Close()
		w.close()
		api.Close()
		sl.Close()
	})
	return w
}

// steps are a self-referral, with what each is answered by; every conversation
// ends with a reference.
var steps = []struct{ say, want string }{
	{"hello", "Can we keep your answers"}, {"1", "Who needs help?"}, {"1", "Is it safe"}, {"1", "What would help most"},
	{"1 4", "What can we call you"}, {"my name is Amina", "Where do you live"}, {"ig11 8he", "How should a person contact you"}, {"2", "contact you by"},
}

// resident texts a whole conversation, each text when the one before was
// answered, or when patience ends.
func (w *town) resident(ctx context.Context, phone string) {
	for _, step := range steps {
		before := len(w.to(phone))
		w.text(ctx, twilioemu.Inbound{From: phone, To: ours, Body: step.say})
		if !w.await(ctx, 15*time.Second, func() bool { return strings.Contains(strings.Join(w.to(phone)[before:], "\n"), step.want) }) {
			return
		}
	}
	w.mu.Lock()
	w.finished++
	w.mu.Unlock()
}

// cry sends a cry for help as the first text.
func (w *town) cry(ctx context.Context, phone string) {
	sid := w.text(ctx, twilioemu.Inbound{From: phone, To: ours, Body: "i want to die"})
	w.mu.Lock()
	w.cried[phone] = sid
	w.mu.Unlock()
	w.await(ctx, 15*time.Second, func() bool { return len(w.to(phone)) > 0 })
}

// text sends one text. While nobody takes it and the town is patient, it is
// brought again, as Twilio and the catch-up do.
func (w *town) text(ctx context.Context, in twilioemu.Inbound) (sid string) {
	w.await(ctx, w.patience, func() bool {
		var status int
		sid, status = w.phone.Receive(ctx, in)
		in.SID = sid
		if status != http.StatusOK {
			return w.patience == 0
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.taken[sid] = true
		return true
	})
	return sid
}

// await waits until something holds, and tells whether it does.
func (w *town) await(ctx context.Context, limit time.Duration, holds func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for ctx.Err() == nil {
		if holds() {
			return true
		}
		wait(ctx, 20*time.Millisecond)
	}
	return holds()
}

func (w *town) to(phone string) []string {
	var out []string
	for _, m := range w.phone.Messages() {
		if !m.Inbound && m.To == phone {
			out = append(out, m.Body)
		}
	}
	return out
}

// people keeps several residents texting until the context ends.
func (w *town) people(ctx context.Context, lines int) {
	for range lines {
		w.texting.Go(func() {
			for ctx.Err() == nil {
				w.mu.Lock()
				n := 100 + len(w.phones) // of Ofcom's drama numbers
				if n > 899 {             // the next one is on call
					w.mu.Unlock()
					return
				}
				phone := fmt.Sprintf("+447700900%03d", n)
				w.phones = append(w.phones, phone)
				w.mu.Unlock()
				pause, done := context.WithTimeout(ctx, w.pace)
				if n%4 == 3 {
					w.cry(context.WithoutCancel(ctx), phone)
				} else {
					w.resident(context.WithoutCancel(ctx), phone)
				}
				<-pause.Done()
				done()
			}
		})
	}
}

// workers claim what waits, both at the same moment, and close every second
// one. Whatever dies under their hands they press again.
func (w *town) workers(ctx context.Context) {
	for ctx.Err() == nil {
		refs, err := w.store.Waiting(ctx, "bdd", 3)
		if err != nil {
			wait(ctx, 200*time.Millisecond)
			continue
		}
		for _, ref := range refs {
			rec, err := w.store.Record(ctx, "bdd", ref)
			ch, ts, ok := strings.Cut(rec.CardTS, "|")
			if err != nil || !ok {
				continue
			}
			var both sync.WaitGroup
			for _, who := range []string{worker, other} {
				both.Go(func() { _, _, _ = w.slack.Click(ctx, who, ch, ts, "claim", "bdd|"+string(ref)) })
			}
			both.Wait()
		}
		for _, who := range []string{worker, other} {
			w.closeOne(ctx, who)
		}
		wait(ctx, 50*time.Millisecond)
	}
}

// closeOne closes the oldest referral of a worker who holds several.
func (w *town) closeOne(ctx context.Context, who string) {
	held, err := w.store.Held(ctx, "bdd", who)
	if err != nil || len(held) < 3 {
		return
	}
	rec, err := w.store.Record(ctx, "bdd", held[0])
	ch, ts, ok := strings.Cut(rec.Thread, "|")
	if err != nil || !ok {
		return
	}
	for range w.slack.Views(who) {
		w.slack.CloseView(who)
	}
	_, _, _ = w.slack.Click(ctx, who, ch, ts, "close", "bdd|"+string(held[0]))
	if !w.await(ctx, 2*time.Second, func() bool { return len(w.slack.Views(who)) > 0 }) {
		return
	}
	value := map[string]any{"type": "static_select", "selected_option": map[string]any{"value": "goals_met", "text": map[string]any{"type": "plain_text", "text": "x"}}}
	_, _ = w.slack.Submit(ctx, who, map[string]map[string]any{"code": {"code": value}})
}

// settled waits until nothing waits anywhere.
func (w *town) settled(ctx context.Context) error {
	var last string
	if w.await(ctx, time.Minute, func() bool {
		d, err := w.store.Depths(ctx)
		if err != nil {
			last = err.Error()
			return false
		}
		boxes := 0
		for _, box := range []redisstore.Box{redisstore.ToSlack, redisstore.ToConversation} {
			n, err := w.store.BoxDepth(ctx, "bdd", box)
			if err != nil {
				last = err.Error()
				return false
			}
			boxes += n
		}
		last = fmt.Sprint(d, boxes)
		return d["lane_s"]+d["lane_o"]+d["lane_x"] == 0 && boxes == 0
	}) {
		return nil
	}
	return fmt.Errorf("work is left: %s", last)
}

// TestKill lets replicas die at every row of the crash table and at random,
// under steady conversations, and counts the invariants afterwards. With
// -soak it goes on.
func TestKill(t *testing.T) {
	w := newTown(t, storetest.Redis(t))
	ctx := t.Context()
	loading, stop := context.WithTimeout(ctx, 5*time.Minute+*soak)
	defer stop()
	enough, done := context.WithTimeout(ctx, 8*time.Second+*soak)
	defer done()
	w.started(t)
	w.pace = (2*time.Minute + *soak) * 4 / 800
	rest := w.live(ctx, 4)

	// One death after the other, each row at least once, then anywhere.
	w.enqueue(places...)
	w.kill(1)
	for loading.Err() == nil && (enough.Err() == nil || len(w.missing()) > 0) {
		wait(loading, time.Duration(400+dice(800))*time.Millisecond)
		if missing := w.missing(); len(missing) == 0 {
			w.kill(int(dice(2)))
		} else if w.idle() {
			w.enqueue(missing...)
			w.kill(1)
		}
	}
	rest()
	if missing := w.missing(); len(missing) > 0 {
		t.Errorf("nobody died %v", missing)
	}
	w.reckon(t)
}

// idle tells whether nobody is about to die by themselves.
func (f *fleet) idle() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queue) == 0
}

var referenceIn = regexp.MustCompile(`BDD-[2-9A-Z]{4}`)

// audit counts DESIGN's invariants over the emulators' and Redis's records.
func (w *town) audit(t *testing.T) (faults []string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	refs := map[bot.Ref]bot.CID{}
	for _, phone := range w.phones {
		rec := record{cid: w.vault.CID(bot.SMS, bot.Address(phone), ours)}
		for _, m := range w.phone.Messages() {
			switch {
			case m.Inbound && m.From == phone:
				if !w.taken[m.SID] {
					continue
				}
				rec.accepted = append(rec.accepted, m.SID)
			case m.To == phone:
				rec.sent = append(rec.sent, m.Body)
				if ref := referenceIn.FindString(m.Body); ref != "" {
					refs[bot.Ref(ref)] = rec.cid
				}
			}
		}
		var err error
		if rec.journal, err = w.store.Journal(ctx, rec.cid); err != nil {
			t.Error(err)
		}
		if sid := w.cried[phone]; sid != "" {
			rec.lanes = true
			faults = append(faults, w.auditCry(ctx, rec, sid)...)
		}
		if wrong := rec.audit(); len(wrong) > 0 {
			known, err := w.store.Deliveries(ctx, rec.cid)
			faults = append(append(faults, wrong...), fmt.Sprintf("%s: what is known of its texts: %v %v", rec.cid, known, err))
		}
		faults = append(faults, w.fences(rec)...)
	}
	dead, err := w.store.Dead(ctx)
	for _, d := range dead {
		faults = append(faults, fmt.Sprintf("a dead letter: %+v (%v)", d, err))
	}
	return append(faults, w.auditReferrals(ctx, t, refs)...)
}

// auditCry counts invariant 8: a cry for help that was taken in has its safety
// text and its alert, and the alert stands in Slack once.
func (w *town) auditCry(ctx context.Context, rec record, sid string) (faults []string) {
	if !w.taken[sid] {
		return nil
	}
	if !strings.Contains(strings.Join(rec.sent, "\n"), "116 123") {
		faults = append(faults, fmt.Sprintf("%s cried for help and was not answered: %q", rec.cid, rec.sent))
	}
	id := string(rec.cid) + "-" + sid
	if _, err := w.store.Alert(ctx, "bdd", id); err != nil {
		faults = append(faults, fmt.Sprintf("%s cried for help and nobody was told: %v", rec.cid, err))
	}
	shown := 0
	for _, m := range w.slack.Messages(alerts) {
		if strings.Contains(string(m.Metadata), `"alert.`+id+`"`) {
			shown++
		}
	}
	if shown != 1 {
		faults = append(faults, fmt.Sprintf("the alert of %s stands in Slack %d times", rec.cid, shown))
	}
	return faults
}

// fences counts invariant 5 over a journal: owners come with rising fences.
func (w *town) fences(rec record) (faults []string) {
	last := ""
	for _, l := range rec.journal {
		if l.Event != string(bot.EventClaimed) || strings.HasPrefix(l.Reason, "refused") {
			continue
		}
		if l.EventID <= last {
			faults = append(faults, fmt.Sprintf("%s: %s after %s", rec.cid, l.EventID, last))
		}
		last = l.EventID
	}
	return faults
}

// auditReferrals counts invariant 6, and that each is announced once.
func (w *town) auditReferrals(ctx context.Context, t *testing.T, refs map[bot.Ref]bot.CID) (faults []string) {
	t.Helper()
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	channel := w.slack.Messages(cards)
	waiting, err := w.store.Waiting(ctx, "bdd", 10000)
	if err != nil {
		t.Error(err)
	}
	held := map[bot.Ref]string{}
	for _, who := range []string{worker, other} {
		list, err := w.store.Held(ctx, "bdd", who)
		if err != nil {
			t.Error(err)
		}
		for _, ref := range list {
			if held[ref] != "" {
				fault("%s is held by two", ref)
			}
			held[ref] = who
		}
	}
	of := map[bot.CID]bot.Ref{}
	for ref, cid := range refs {
		if other, twice := of[cid]; twice {
			fault("%s and %s are the same conversation's", ref, other)
		}
		of[cid] = ref
		rec, err := w.store.Record(ctx, "bdd", ref)
		if err != nil {
			fault("%s was told to a resident and is not in the queue: %v", ref, err)
			continue
		}
		places := 0
		for _, in := range []bool{slices.Contains(waiting, ref), held[ref] != "", rec.State == "closed"} {
			if in {
				places++
			}
		}
		if places != 1 {
			fault("%s is in %d places (%s)", ref, places, rec.State)
		}
		if rec.State == "closed" {
			w.closed++
		}
		shown := 0
		for _, m := range channel {
			if m.Ephemeral == "" && strings.Contains(m.Text+string(m.Blocks), string(ref)) {
				shown++
			}
		}
		if shown != 1 {
			fault("%s has %d cards", ref, shown)
		}
		faults = append(faults, w.announced(ref, rec)...)
	}
	return faults
}

// announced tells whether a claim was brought to its holder, once.
func (w *town) announced(ref bot.Ref, rec redisstore.Record) (faults []string) {
	if rec.Fence == 0 {
		return nil
	}
	opened := 0
	for _, who := range []string{worker, other} {
		for _, m := range w.slack.Messages(w.slack.IM(who)) {
			if m.Thread == "" && m.Ephemeral == "" && strings.Contains(m.Text+string(m.Blocks), string(ref)) {
				opened++
			}
		}
	}
	if opened != 1 {
		faults = append(faults, fmt.Sprintf("%s (%s, fence %d) was handed over %d times", ref, rec.State, rec.Fence, opened))
	}
	return faults
}

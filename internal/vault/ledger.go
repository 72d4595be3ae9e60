package vault

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"linkline/bot"
)

// Ledger is the list of what was erased, in a file outside Redis: a restored
// backup brings erased people back, and only this list knows. It is only ever
// added to, holds nothing personal, and several replicas may share it. It is
// safe for concurrent use.
type Ledger struct {
	path string
	mu   sync.Mutex
}

// Erasure is one line of the ledger: a conversation and its referrals.
type Erasure struct {
	At        time.Time
	CID       bot.CID
	Referrals []ErasedReferral
}

// ErasedReferral names a referral, the N-th of its conversation.
type ErasedReferral struct {
	Ref bot.Ref
	N   int
}

// A line is: erased, the format, time, cid, any number of reference/n, and an
// end mark, which a line that a crash cut short does not have.
const (
	ledgerBegin = "erased 1"
	ledgerEnd   = "."
	ledgerTime  = "2006-01-02T15:04:05.000Z"
)

// OpenLedger opens a ledger and makes sure that it can be written.
func OpenLedger(path string) (*Ledger, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("erasure ledger: %w (LINKLINE_LEDGER must name a file that can be written)", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("erasure ledger: %w", err)
	}
	return &Ledger{path: path}, nil
}

// Append writes a line and returns once it is on the disk. It comes before the
// erasure itself: what a crash interrupts is finished when the ledger is read
// again.
func (l *Ledger) Append(e Erasure) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("erasure ledger: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	line := e.line()
	if torn(f) {
		line = "\n" + line
	}
	// One write, so that two replicas cannot mix their lines.
	if _, err := io.WriteString(f, line); err != nil {
		return fmt.Errorf("erasure ledger: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("erasure ledger: %w", err)
	}
	return nil
}

// torn tells whether a crash cut the last line short.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

func (e Erasure) line() string {
	parts := []string{ledgerBegin, e.At.UTC().Format(ledgerTime), string(e.CID)}
	for _, r := range e.Referrals {
		parts = append(parts, string(r.Ref)+"/"+strconv.Itoa(r.N))
	}
	return strings.Join(append(parts, ledgerEnd), " ") + "\n"
}

// Read lists every erasure, the oldest first. damaged counts the lines that
// are not whole: each is an erasure that was never confirmed to anybody.
func (l *Ledger) Read() (all []Erasure, damaged int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := os.Open(l.path)
	if err != nil {
		return nil, 0, fmt.Errorf("erasure ledger: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		e, ok := parseErasure(lines.Text())
		switch {
		case ok:
			all = append(all, e)
		case strings.TrimSpace(lines.Text()) != "":
			damaged++
		}
	}
	if err := lines.Err(); err != nil {
		return nil, 0, fmt.Errorf("erasure ledger: %w", err)
	}
	return all, damaged, nil
}

func parseErasure(line string) (Erasure, bool) {
	rest, ok := strings.CutPrefix(line, ledgerBegin+" ")
	f := strings.Split(rest, " ")
	if !ok || len(f) < 3 || f[len(f)-1] != ledgerEnd || f[1] == "" {
		return Erasure{}, false
	}
	at, err := time.Parse(ledgerTime, f[0])
	if err != nil {
		return Erasure{}, false
	}
	e := Erasure{At: at, CID: bot.CID(f[1])}
	for _, r := range f[2 : len(f)-1] {
		ref, n, ok := strings.Cut(r, "/")
		number, err := strconv.Atoi(n)
		if !ok || err != nil {
			return Erasure{}, false
		}
		e.Referrals = append(e.Referrals, ErasedReferral{Ref: bot.Ref(ref), N: number})
	}
	return e, true
}

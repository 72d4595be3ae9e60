package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"linkline/bot"
	"linkline/flows"
	"linkline/internal/config"
	"linkline/internal/triage"
	"linkline/internal/understand"
	"linkline/internal/vault"
	"linkline/locales"
)

type understandCmd struct{}

// Run answers NDJSON.
func (understandCmd) Run() error {
	r, err := reader()
	if err != nil {
		return err
	}
	return r.Lines(os.Stdin, os.Stdout)
}

type detectCmd struct{}

// Run answers NDJSON.
func (detectCmd) Run() error {
	r, err := reader()
	if err != nil {
		return err
	}
	return r.DetectLines(os.Stdin, os.Stdout)
}

type triageCmd struct{}

// Run answers NDJSON.
func (triageCmd) Run() error {
	t, err := triage.New(locales.FS)
	if err != nil {
		return err
	}
	return t.Lines(os.Stdin, os.Stdout)
}

func reader() (*understand.Reader, error) {
	c, err := locales.Default()
	if err != nil {
		return nil, err
	}
	return understand.New(c)
}

type keysCmd struct {
	New    keysNewCmd    `cmd:"" help:"Print a new keyset."`
	Rotate keysRotateCmd `cmd:"" help:"Read the keyset in LINKLINE_KEYSET, or on standard input; print it with one more sealing key."`
}

type keysNewCmd struct{}

// Run prints a keyset.
func (keysNewCmd) Run() error {
	k, err := vault.NewKeyset(rand.Reader)
	if err != nil {
		return err
	}
	fmt.Println(k)
	return nil
}

type keysRotateCmd struct{}

// afterRotating goes to stderr, so that stdout holds the keyset and nothing
// else.
const afterRotating = `
That is the new keyset. It holds a new key, which seals from now on, and every
old key, which opens what was sealed before. Leave the old keys in it: what was
sealed with a key that was taken out is lost, backups and closed alerts too.

What to do now:
1. Put a copy where you keep the old keyset safe. What is sealed with a lost
   keyset is lost.
2. On every machine, one after the other: put the new keyset in the old one's
   place, in LINKLINE_KEYSET or in the file (mode 0600) that it names, and start
   linkline serve again.
Until the last machine has the new keyset, one with the old keyset refuses some
texts that it cannot read yet. Twilio brings them again, and nothing is lost; but
do not leave it so for long.
`

// Run adds a sealing key to the keyset in LINKLINE_KEYSET or on standard input.
func (keysRotateCmd) Run() error {
	old := os.Getenv("LINKLINE_KEYSET")
	if old != "" && !strings.HasPrefix(old, "base64:") {
		b, err := os.ReadFile(old)
		if err != nil {
			return fmt.Errorf("the keyset's file cannot be read (LINKLINE_KEYSET names it)")
		}
		old = string(b)
	}
	if old == "" {
		b, err := io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
		if err != nil {
			return fmt.Errorf("read keyset: %w", err)
		}
		old = string(b)
	}
	k, err := vault.Rotate(strings.TrimSpace(old), rand.Reader)
	if err != nil {
		return err
	}
	fmt.Println(k)
	fmt.Fprint(os.Stderr, afterRotating)
	return nil
}

type versionCmd struct{}

// version is set when a release is built.
var version = "dev"

// Run prints what this binary is.
func (versionCmd) Run() error {
	commit := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	fmt.Printf("linkline %s, commit %s, %s\n", version, commit, runtime.Version())
	return nil
}

type flowCmd struct {
	Graph flowGraphCmd `cmd:"" help:"The flow's states and transitions."`
}

type flowGraphCmd struct {
	Name   string `arg:"" help:"A flow that ships, or a file."`
	Format string `enum:"mermaid,dot" default:"mermaid" help:"mermaid or dot."`
}

// Run draws a flow.
func (c flowGraphCmd) Run() error {
	f, err := loadFlow(c.Name)
	if err != nil {
		return err
	}
	if c.Format == "dot" {
		fmt.Print(flows.Dot(f))
		return nil
	}
	fmt.Print(flows.Mermaid(f))
	return nil
}

func loadFlow(name string) (*bot.Flow, error) {
	if !strings.HasSuffix(name, ".yaml") {
		return flows.Shipped(name)
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the flow cannot be read: %s (name a flow that ships, or a file)", filepath.Base(name))
	}
	return flows.Compile(name, src, flows.Blocks)
}

type readyCmd struct{}

// Run asks the server on this machine.
func (readyCmd) Run(ctx context.Context) error {
	addr := os.Getenv("LINKLINE_LISTEN")
	if addr == "" {
		addr = "127.0.0.1:8080"
	}
	if strings.HasPrefix(addr, ":") || strings.HasPrefix(addr, "0.0.0.0:") {
		addr = "127.0.0.1" + addr[strings.LastIndex(addr, ":"):]
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("LINKLINE_LISTEN cannot be read (write host:port)")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return serviceError{fmt.Errorf("nothing answers at %s (is linkline serve running?)", addr)}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return serviceError{errors.New("not ready (see the log of linkline serve)")}
	}
	return nil
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func checkFile(cat *locales.Catalog, path string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s:1:1: it cannot be read (check the path)", path)
	}
	if strings.Contains(string(src), "\nstates:") {
		if _, err := flows.Compile(path, src, flows.Blocks); err != nil {
			return err
		}
		faults := append(flows.CheckTexts(path, src, flows.Blocks, cat), flows.CheckMenus(path, src, flows.Blocks, cat)...)
		if len(faults) > 0 {
			return faults
		}
		return nil
	}
	_, err = readConfig(cat, path)
	return err
}

// known is what a configuration may name.
func known(cat *locales.Catalog) config.Known {
	k := config.Known{Flows: flows.Names(), Boroughs: understand.Boroughs(), Reserved: locales.NetworkWords()}
	for _, l := range cat.Languages() {
		if l.Ships() {
			k.Languages = append(k.Languages, l.Tag)
		}
		k.Reserved = append(k.Reserved, l.Words.Greetings...)
		for cmd, words := range l.Words.Commands {
			if cmd != "more" && cmd != "none" {
				k.Reserved = append(k.Reserved, words...)
			}
		}
	}
	return k
}

func configPath() string {
	if p := os.Getenv("LINKLINE_CONFIG"); p != "" {
		return p
	}
	return "linkline.yaml"
}

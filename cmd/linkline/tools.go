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
	"text/tabwriter"
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
	Rotate keysRotateCmd `cmd:"" help:"Read a keyset on standard input, print it with one more sealing key."`
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

type localesCmd struct {
	Status localesStatusCmd `cmd:"" help:"Share translated, reviewed or not, longest text."`
}

type localesStatusCmd struct{}

// Run prints a line a language.
func (localesStatusCmd) Run() error {
	c, err := locales.Default()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "language\tname\ttranslated\ttexts\tsafety texts\tlongest (segments)")
	for _, s := range c.Status() {
		fmt.Fprintf(w, "%s\t%s\t%d %%\t%s\t%s\t%s (%d)\n", s.Tag, s.Name, 100*s.Translated/max(1, s.Total), review(s.Reviewed), review(s.Safety), s.Longest, s.Segments)
	}
	return w.Flush()
}

func review(done bool) string {
	if done {
		return "reviewed"
	}
	return "unreviewed"
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

type checkCmd struct {
	Paths []string `arg:"" optional:"" help:"Configurations and flows; without any: linkline.yaml, and everything that ships."`
}

// Run reports every fault at once.
func (c checkCmd) Run() error {
	cat, err := locales.Default()
	if err != nil {
		return err
	}
	var lines []string
	var keys []string
	for _, name := range flows.Names() {
		f, err := flows.Shipped(name)
		if err != nil {
			lines = append(lines, err.Error())
			continue
		}
		keys = append(keys, flows.Messages(f)...)
	}
	for _, f := range cat.Check(locales.FS, keys) {
		lines = append(lines, f.Error())
	}
	paths := c.Paths
	if len(paths) == 0 {
		if name := configPath(); fileExists(name) {
			paths = []string{name}
		}
	}
	for _, p := range paths {
		if err := checkFile(cat, p); err != nil {
			lines = append(lines, err.Error())
		}
	}
	for _, s := range cat.Status() {
		if !s.Safety && s.Tag != locales.Base {
			fmt.Fprintf(os.Stderr, "note: no speaker has reviewed the safety texts of %s (%s); they go out together with the English\n", s.Name, s.Tag)
		}
	}
	if len(lines) > 0 {
		fmt.Println(strings.Join(lines, "\n"))
		return fmt.Errorf("%d faults (each line says where and what)", len(lines))
	}
	fmt.Println("nothing is wrong")
	return nil
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func checkFile(cat *locales.Catalog, path string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s:1:1: cannot be read (check the path)", path)
	}
	if strings.Contains(string(src), "\nstates:") {
		_, err = flows.Compile(path, src, flows.Blocks)
		return err
	}
	_, err = config.Parse(path, src, known(cat))
	return err
}

// known is what a configuration may name.
func known(cat *locales.Catalog) config.Known {
	k := config.Known{Flows: flows.Names(), Boroughs: understand.Boroughs(), Reserved: locales.NetworkWords()}
	for _, l := range cat.Languages() {
		k.Languages = append(k.Languages, l.Tag)
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

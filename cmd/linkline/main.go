// Command linkline lets people reach social prescribing by text message. See
// `linkline --help`.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // programme hours need zones on machines that have none

	"linkline/internal/app"
	"linkline/internal/config"

	"github.com/alecthomas/kong"
)

// Exit codes of the contract.
const (
	exitDone    = 0
	exitInput   = 1
	exitUsage   = 2
	exitService = 3
)

// serviceError says that a needed service cannot be reached.
type serviceError struct{ err error }

func (e serviceError) Error() string { return e.err.Error() }
func (e serviceError) Unwrap() error { return e.err }

type cli struct {
	Demo       demoCmd       `cmd:"" help:"The whole product on this machine, with nothing installed: a page with a phone and the link worker's Slack."`
	Serve      serveCmd      `cmd:"" help:"Answer residents and link workers."`
	Chat       chatCmd       `cmd:"" help:"The conversation in this terminal. No server, no Redis."`
	Check      checkCmd      `cmd:"" help:"Check configuration, flows and locales; every fault at once."`
	Flow       flowCmd       `cmd:"" help:"Show a flow."`
	Understand understandCmd `cmd:"" help:"NDJSON in, NDJSON out: what a resident meant."`
	Triage     triageCmd     `cmd:"" help:"NDJSON in, NDJSON out: cries for help."`
	Detect     detectCmd     `cmd:"" help:"NDJSON in, NDJSON out: the language of a text."`
	Locales    localesCmd    `cmd:"" help:"What is translated and reviewed."`
	Slack      slackCmd      `cmd:"" help:"Slack's side."`
	Drill      drillCmd      `cmd:"" help:"A practice alert through the whole ladder of a running set-up."`
	Why        whyCmd        `cmd:"" help:"The history of one conversation and why it is where it is."`
	Doctor     doctorCmd     `cmd:"" help:"A live set-up checked, each fault with how to mend it."`
	Resident   residentCmd   `cmd:"" help:"A person's data: export, erase, hold."`
	Keys       keysCmd       `cmd:"" help:"Keysets for personal data at rest."`
	Ready      readyCmd      `cmd:"" help:"Exit 0 if the server here is ready."`
	Version    versionCmd    `cmd:"" help:"Version, commit, Go version."`
}

func main() {
	collectOften()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("linkline"), kong.Description("Social prescribing by text message, in people's own languages."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Exit(func(int) {}))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	for _, a := range args {
		if a == "--help" || a == "-h" {
			k, _ := kong.Trace(parser, args)
			_ = k.PrintUsage(false)
			return exitDone
		}
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "linkline: %s (see linkline --help)\n", err)
		return exitUsage
	}
	err = k.Run()
	var down serviceError
	var away app.Unreachable
	var faults config.Faults
	var wrong mistakes
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &down), errors.As(err, &away):
		fmt.Fprintf(os.Stderr, "linkline: %s\n", hinted(err, "is it running, and is its address in the environment right?"))
		return exitService
	case errors.As(err, &faults), errors.As(err, &wrong):
		fmt.Fprintln(os.Stderr, err)
	default:
		fmt.Fprintf(os.Stderr, "linkline: %s\n", hinted(err, "see linkline check"))
	}
	return exitInput
}

// hinted makes sure that an error ends with what to do.
func hinted(err error, hint string) string {
	s := err.Error()
	if strings.HasSuffix(s, ")") {
		return s
	}
	return s + " (" + hint + ")"
}

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"
)

type slackCmd struct {
	Manifest manifestCmd `cmd:"" help:"The Slack app manifest for this configuration."`
}

type manifestCmd struct{}

// Run prints the manifest (YAML), to be pasted at api.slack.com/apps.
func (manifestCmd) Run() error { return manifest(os.Stdout, os.Getenv) }

// scope is something the app may do, and why it must. It asks for nothing
// that it can do without.
type scope struct{ Name, Why string }

var scopes = []scope{
	{"chat:write", "cards, hand-overs and alerts"},
	{"commands", "/linkline"},
	{"channels:read", "to see that a channel is public, and refuse it"},
	{"groups:read", "to see who is in the channels of cards and alerts, and name who is not on the roster"},
	{"groups:history", "to find a card whose posting was not answered; to say that a note under a card reaches nobody"},
	{"im:history", "to say that a note in the direct message is not sent; to find a message whose posting was not answered"},
	{"im:write", "to open the direct message with a link worker"},
	{"users:read", "to tell guests and people who have left"},
}

// events are what Slack tells the app of.
var events = []scope{
	{"message.im", "notes in the direct message"},
	{"message.groups", "notes under cards"},
	{"group_archive", "a channel of cards is gone: an operator must know"},
	{"group_deleted", "the same"},
	{"group_left", "the app was taken out of a channel: the same"},
	{"tokens_revoked", "the same"},
	{"app_uninstalled", "the same"},
}

var manifestText = template.Must(template.New("manifest").Parse(`_metadata:
  major_version: 1
  minor_version: 1
display_information:
  name: Linkline
  description: People who text for help, brought to link workers
features:
  app_home:
    home_tab_enabled: false
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  bot_user:
    display_name: linkline
    always_online: true
  slash_commands:
    - command: /linkline
{{- if not .Socket}}
      url: {{.Public}}/slack/commands
{{- end}}
      description: Who waits, what is yours
      usage_hint: help | queue | next | mine | status
      should_escape: true
oauth_config:
  scopes:
    bot:
{{- range .Scopes}}
      - {{.Name}} # {{.Why}}
{{- end}}
settings:
  event_subscriptions:
{{- if not .Socket}}
    request_url: {{.Public}}/slack/events
{{- end}}
    bot_events:
{{- range .Events}}
      - {{.Name}} # {{.Why}}
{{- end}}
  interactivity:
    is_enabled: true
{{- if not .Socket}}
    request_url: {{.Public}}/slack/interactions
{{- end}}
  org_deploy_enabled: false
  socket_mode_enabled: {{.Socket}}
  token_rotation_enabled: false
`))

// manifest writes the app's manifest: for Socket Mode where there is an app
// token and no signing secret, else with the request URLs of this set-up.
func manifest(w io.Writer, getenv func(string) string) error {
	public := strings.TrimRight(getenv("LINKLINE_PUBLIC_URL"), "/")
	if public == "" {
		public = "https://linkline.example.org"
	}
	err := manifestText.Execute(w, map[string]any{
		"Public": public, "Scopes": scopes, "Events": events,
		"Socket": getenv("SLACK_APP_TOKEN") != "" && getenv("SLACK_SIGNING_SECRET") == "",
	})
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}

package main

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestManifestIsWhatSlackTakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env    map[string]string
		socket bool
	}{
		"HTTP":   {map[string]string{"LINKLINE_PUBLIC_URL": "https://ll.example.org/base/", "SLACK_SIGNING_SECRET": "s"}, false},
		"socket": {map[string]string{"LINKLINE_PUBLIC_URL": "https://ll.example.org/base", "SLACK_APP_TOKEN": "xapp"}, true},
		"both":   {map[string]string{"LINKLINE_PUBLIC_URL": "https://ll.example.org/base", "SLACK_APP_TOKEN": "xapp", "SLACK_SIGNING_SECRET": "s"}, false},
	} {
		var out strings.Builder
		if err := manifest(&out, func(k string) string { return c.env[k] }); err != nil {
			t.Fatal(err)
		}
		var m struct {
			Display struct {
				Name, Description string
			} `yaml:"display_information"`
			Features struct {
				Commands []struct {
					Command, URL, Description string
					Hint                      string `yaml:"usage_hint"`
				} `yaml:"slash_commands"`
			}
			OAuth struct {
				Scopes struct{ Bot []string }
			} `yaml:"oauth_config"`
			Settings struct {
				Events struct {
					URL  string   `yaml:"request_url"`
					Bots []string `yaml:"bot_events"`
				} `yaml:"event_subscriptions"`
				Interactivity struct {
					Enabled bool   `yaml:"is_enabled"`
					URL     string `yaml:"request_url"`
				}
				Socket bool `yaml:"socket_mode_enabled"`
			}
		}
		if err := yaml.Unmarshal([]byte(out.String()), &m); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out.String())
		}
		if len(m.Display.Name) > 35 || m.Display.Name == "" || len(m.Display.Description) > 140 {
			t.Errorf("%s: Slack refuses the name or the description", name)
		}
		if len(m.Features.Commands) != 1 || m.Features.Commands[0].Command != "/linkline" {
			t.Errorf("%s: commands %+v", name, m.Features.Commands)
		}
		want := map[bool][3]string{false: {"https://ll.example.org/base/slack/events", "https://ll.example.org/base/slack/interactions", "https://ll.example.org/base/slack/commands"}}[c.socket]
		if got := [3]string{m.Settings.Events.URL, m.Settings.Interactivity.URL, m.Features.Commands[0].URL}; got != want || m.Settings.Socket != c.socket || !m.Settings.Interactivity.Enabled {
			t.Errorf("%s: socket %v, URLs %v", name, m.Settings.Socket, got)
		}
		if len(m.OAuth.Scopes.Bot) != len(scopes) || len(m.Settings.Events.Bots) != len(events) {
			t.Errorf("%s: scopes %v, events %v", name, m.OAuth.Scopes.Bot, m.Settings.Events.Bots)
		}
		for _, s := range scopes {
			if s.Why == "" || !strings.Contains(out.String(), "- "+s.Name+" # "+s.Why) {
				t.Errorf("%s: the scope %s has no reason", name, s.Name)
			}
		}
	}
}

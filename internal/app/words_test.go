package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// The words of a cry for help, whole or in part, reach whoever holds the alert
// and nothing that is kept for operators.
func TestWordsOfACryReachNoLogAndNoMetric(t *testing.T) {
	t.Parallel()
	var log buffer
	w := newWorld(t, "en", logTo(&log))
	w.text(resident, "hello")
	replies := w.text(resident, "qwertish i want to strangulate, i mean kill myself tonight")
	has(t, "the cry was answered", strings.Join(replies, "\n"), "999")
	w.text(resident, "he strangled me zanzibarly")
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet, w.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	metrics, _ := io.ReadAll(resp.Body)
	for name, kept := range map[string]string{"log": log.String(), "metrics": string(metrics)} {
		for _, word := range []string{"kill myself", "strangl", "qwertish", "zanzibarly", "want to", resident} {
			if strings.Contains(strings.ToLower(kept), word) {
				t.Errorf("the %s holds %q", name, word)
			}
		}
		if kept == "" {
			t.Errorf("the %s is empty: nothing was looked at", name)
		}
	}
}

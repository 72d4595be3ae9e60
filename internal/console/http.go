package console

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"
)

//go:embed page
var files embed.FS

const (
	maxBody  = 64 << 10         // bytes of a POST
	maxAhead = 90 * 24 * 3600   // seconds the clock may be put forward at once
	maxText  = 1600             // characters of a text, the provider's own limit
	beat     = 15 * time.Second // a sign of life on a quiet stream
	patience = 20 * time.Second // for one act of the page
)

// Handler is the page and everything it asks for.
func (c *Console) Handler() http.Handler {
	page, err := fs.Sub(files, "page")
	if err != nil {
		panic(err) // the embedded folder is there or the program does not build
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(page))
	mux.HandleFunc("GET /console/live", c.live)
	mux.HandleFunc("POST /console/text", act(c.text))
	mux.HandleFunc("POST /console/click", act(c.click))
	mux.HandleFunc("POST /console/submit", act(c.submit))
	mux.HandleFunc("POST /console/dismiss", act(c.dismiss))
	mux.HandleFunc("POST /console/command", act(c.command))
	mux.HandleFunc("POST /console/say", act(c.say))
	mux.HandleFunc("POST /console/clock", act(c.clock))
	mux.HandleFunc("POST /console/trouble", act(c.trouble))
	return c.guard(mux)
}

// live streams pictures as server-sent events: the latest at once, then every
// new one.
func (c *Console) live(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // the listener's limit is for requests, not for streams
	_ = out.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	c.mu.Lock()
	c.watchers++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.watchers--
		c.mu.Unlock()
	}()
	c.Changed()
	if _, err := io.WriteString(w, "retry: 1000\n\n"); err != nil || out.Flush() != nil {
		return
	}
	alive := time.NewTicker(beat)
	defer alive.Stop()
	last := 0
	for {
		raw, version, changed := c.latest()
		if raw != nil && version != last {
			last = version
			if _, err := fmt.Fprintf(w, "id: %d\nevent: picture\ndata: %s\n\n", version, raw); err != nil || out.Flush() != nil {
				return
			}
		}
		select {
		case <-changed:
		case <-alive.C:
			if _, err := io.WriteString(w, ": still here\n\n"); err != nil || out.Flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-c.ended:
			return
		}
	}
}

// fault is an act that did not work, in words for whoever pressed.
type fault struct {
	status    int
	say, hint string
}

func (f fault) Error() string { return f.say }

func refuse(w http.ResponseWriter, status int, say, hint string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": say, "hint": hint})
}

// act reads a JSON body into the act's own type and answers with its result.
func act[T any](do func(ctx context.Context, in T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&in); err != nil {
			var big *http.MaxBytesError
			if errors.As(err, &big) {
				refuse(w, http.StatusRequestEntityTooLarge, "That is too long.", "Shorten it and try again.")
				return
			}
			refuse(w, http.StatusBadRequest, "The page sent something that cannot be read.", "Reload the page and try again.")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		out, err := do(ctx, in)
		var f fault
		switch {
		case errors.As(err, &f):
			refuse(w, f.status, f.say, f.hint)
			return
		case err != nil:
			refuse(w, http.StatusBadGateway, "The service did not answer.", "Look at the terminal in which linkline demo runs, then try again.")
			return
		}
		if out == nil {
			out = map[string]bool{"ok": true}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(out)
	}
}

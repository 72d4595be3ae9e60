package twilioemu

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// list pages through the log, the newest first, with Twilio's filters. A page
// goes on behind the last text of the one before, whatever came meanwhile.
func (e *Emulator) list(w http.ResponseWriter, r *http.Request) {
	if f := e.fault("list"); f != nil {
		if !before(w, r, f) {
			fail(w, 500, 20500, "An internal server error has occurred")
		}
		return
	}
	q := r.URL.Query()
	size := 50
	if n, err := strconv.Atoi(q.Get("PageSize")); err == nil && n > 0 {
		size = min(n, 1000)
	}
	page, _ := strconv.Atoi(q.Get("Page"))
	e.mu.Lock()
	rows, more := e.page(q, size)
	e.mu.Unlock()
	var next any
	if more {
		last, _ := rows[len(rows)-1]["sid"].(string)
		q.Set("Page", strconv.Itoa(page+1))
		q.Set("PageToken", "PA"+last)
		next = r.URL.Path + "?" + q.Encode()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"messages": rows, "page": page, "page_size": size, "next_page_uri": next, "first_page_uri": r.URL.Path,
		"uri": r.URL.Path, "previous_page_uri": nil, "start": page * size, "end": page*size + max(0, len(rows)-1),
	})
}

// page must be called with the lock held.
func (e *Emulator) page(q url.Values, size int) (rows []map[string]any, more bool) {
	rows = []map[string]any{}
	behind := strings.TrimPrefix(q.Get("PageToken"), "PA")
	for i := len(e.messages) - 1; i >= 0; i-- {
		m := e.messages[i]
		if behind != "" {
			if m.SID == behind {
				behind = ""
			}
			continue
		}
		if q.Get("To") != "" && m.To != q.Get("To") || q.Get("From") != "" && m.From != q.Get("From") || !sentIn(q, m.Sent) {
			continue
		}
		if len(rows) == size {
			return rows, true
		}
		rows = append(rows, e.resource(*m))
	}
	return rows, false
}

// sentIn applies DateSent, DateSent> and DateSent<: whole days in UTC, both
// ends included. A text that was not sent yet is in no day.
func sentIn(q url.Values, at time.Time) bool {
	for k, vs := range q {
		op, ok := strings.CutPrefix(k, "DateSent")
		if !ok || len(vs) == 0 {
			continue
		}
		v, err := time.Parse("2006-01-02", vs[0][:min(10, len(vs[0]))])
		if err != nil {
			continue
		}
		if at.IsZero() {
			return false
		}
		day := at.UTC().Truncate(24 * time.Hour)
		if op == "" && !day.Equal(v) || op == ">" && day.Before(v) || op == "<" && day.After(v) {
			return false
		}
	}
	return true
}

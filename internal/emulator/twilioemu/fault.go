package twilioemu

import (
	"net/http"
	"strconv"
)

// FaultKind is something that goes wrong.
type FaultKind string

// What tests may switch on. Before and after say whether the work was done.
const (
	TooMany     FaultKind = "429"          // with Retry-After
	Internal    FaultKind = "500"          // JSON, work not done
	HTML503     FaultKind = "503"          // a page instead of JSON
	AfterAccept FaultKind = "500-accepted" // accepted, then 500
	CutBefore   FaultKind = "cut-before"   // the connection ends, nothing done
	CutAfter    FaultKind = "cut-after"    // accepted, then the connection ends
	Truncated   FaultKind = "truncated"    // 201 with half a body
	Drop        FaultKind = "drop"         // a webhook or receipt is lost
	Duplicate   FaultKind = "duplicate"    // it comes twice
	NoList      FaultKind = "no-list"      // the log cannot be read
	Code        FaultKind = "code"         // refused with Fault.Code
	NoAuth      FaultKind = "401"          // our token is not accepted
	HangBefore  FaultKind = "hang-before"  // no answer, nothing done
	HangAfter   FaultKind = "hang-after"   // accepted, no answer
	Late        FaultKind = "late"         // it comes when Release is called
	Reordered   FaultKind = "reordered"    // the next one overtakes it
)

// Fault is one thing that goes wrong, Times times, on "create", "list",
// "webhook" or "status".
type Fault struct {
	On         string
	Kind       FaultKind
	Times      int
	RetryAfter int // seconds
	Code       int // of a refusal
}

// Break adds a fault.
func (e *Emulator) Break(f Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, f)
}

// fault takes the next fault for a place.
func (e *Emulator) fault(on string) *Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.faults {
		if f := &e.faults[i]; f.On == on && f.Times > 0 {
			f.Times--
			c := *f
			return &c
		}
	}
	return nil
}

// before breaks a call before anything was done; true if it has.
func before(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	if f == nil {
		return false
	}
	switch f.Kind {
	case TooMany:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		}
		fail(w, 429, 20429, "Too many requests")
	case Internal:
		fail(w, 500, 20500, "An internal server error has occurred")
	case Code:
		fail(w, 400, f.Code, "refused")
	case NoAuth:
		fail(w, 401, 20003, "Authenticate")
	case HTML503:
		w.WriteHeader(503)
		_, _ = w.Write([]byte("<html>unavailable</html>"))
	case CutBefore:
		panic(http.ErrAbortHandler)
	case HangBefore:
		<-r.Context().Done() // the caller's own time-out ends it
	default:
		return false
	}
	return true
}

// after breaks a call whose work is done; true if it has.
func after(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	if f == nil {
		return false
	}
	switch f.Kind {
	case AfterAccept:
		fail(w, 500, 20500, "An internal server error has occurred")
	case CutAfter:
		panic(http.ErrAbortHandler)
	case HangAfter:
		<-r.Context().Done()
	case Truncated:
		w.WriteHeader(201)
		_, _ = w.Write([]byte(`{"sid":"SM`))
	default:
		return false
	}
	return true
}

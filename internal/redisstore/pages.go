package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"linkline/bot"
)

// Page calls somebody to an alert. It holds no words of the resident's.
type Page struct {
	ID    string         `json:"id"` // unique and the same if the rung is climbed twice: "<alert>.<rung>.<n>"
	Alert string         `json:"alert"`
	Rung  int            `json:"rung"`
	Kind  string         `json:"kind"` // slack, text
	To    bot.Address    `json:"to"`   // a phone, or a Slack user or channel
	Key   string         `json:"key"`  // which words
	Args  map[string]any `json:"args,omitempty"`
}

// PageState is what is known of a page.
type PageState string

// States of a page. PageFlying: handed out to be sent, outcome not known.
const (
	PageWaiting   PageState = ""
	PageFlying    PageState = "f"
	PageRetry     PageState = "r"
	PageSent      PageState = "sent"
	PageDropped   PageState = "gone"
	PageDead      PageState = "dead"
	PageDelivered PageState = "delivered"
	PageFailed    PageState = "failed"
)

// PageRecord is a page with what became of it.
type PageRecord struct {
	Page
	State    PageState
	Attempts int
	Since    time.Time // when its rung was climbed
	Done     time.Time // when it was accepted or given up
	SID      string
	Code     string
}

// PageHead is a page that this replica, and no other, may send now.
type PageHead struct {
	Page
	Token    string
	Attempts int
	InFlight bool      // a holder before may have sent it
	Handed   time.Time // when it was last handed out
	Say      string    // send; look (find out first, or send twice); sent (a receipt says so); drop
}

// DuePages lists pages to send now.
func (s *Store) DuePages(ctx context.Context, programme string, limit int) ([]DueAlert, error) {
	return s.dueIn(ctx, qkey(programme, "pages"), limit)
}

// ClaimPage takes a due page for one lease; nil when another replica has it.
// anyway says that a page that may have gone out is to be sent all the same:
// d.Score is then the token of the claim that said look. A cry for help told
// twice does no harm; one not told does.
func (s *Store) ClaimPage(ctx context.Context, programme string, d DueAlert, anyway bool) (*PageHead, error) {
	p, err := s.page(ctx, programme, d.ID)
	if err != nil {
		return nil, err
	}
	r, err := s.call(ctx, "page_claim", []string{qkey(programme, "p:"+d.ID), qkey(programme, "pages"), qkey(programme, "a:"+p.Alert)},
		d.ID, d.Score, s.conf.Lease.Milliseconds(), nonce(), flag(anyway))
	if err != nil || r.str(0) != "head" {
		return nil, err
	}
	return &PageHead{Page: p.Page, Token: r.str(1), Attempts: int(r.num(2)), InFlight: r.str(3) == "1", Handed: fromMillis(r.str(4)), Say: r.str(5)}, nil
}

// SettlePage ends a claim; Result.What as for a lane: sent, retry, hold, gone
// or dead. first tells that this was the first page of its alert that anybody
// accepted (the alert's "told" item goes to the conversation then). ErrLost
// when the claim is no longer in force.
func (s *Store) SettlePage(ctx context.Context, programme string, h *PageHead, res Result) (first bool, err error) {
	r, err := s.call(ctx, "page_settle", []string{qkey(programme, "p:"+h.ID), qkey(programme, "pages"), qkey(programme, "a:"+h.Alert),
		qkey(programme, "ac:"+h.Alert), qkey(programme, "due:ac"), qkey(programme, "dead")},
		h.ID, h.Token, h.Alert, res.What, res.Delay.Milliseconds(), res.SID, res.Code)
	if err != nil {
		return false, err
	}
	if r.str(0) == "lost" {
		return false, ErrLost
	}
	return r.str(0) == "first", nil
}

// PageReceipt notes that a page arrived or will not; known is false for a page
// that is not ours.
func (s *Store) PageReceipt(ctx context.Context, programme, id string, delivered bool, code string) (known bool, err error) {
	state := PageFailed
	if delivered {
		state, code = PageDelivered, ""
	}
	r, err := s.call(ctx, "page_receipt", []string{qkey(programme, "p:"+id)}, string(state), code)
	return r.str(0) != "unknown", err
}

// PagesOf lists the pages of an alert in the order in which they were made.
func (s *Store) PagesOf(ctx context.Context, programme, alert string) ([]PageRecord, error) {
	ids, err := s.client.rdb.LRange(ctx, qkey(programme, "pa:"+alert), 0, -1).Result()
	if err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	var out []PageRecord
	for _, id := range ids {
		p, err := s.page(ctx, programme, id)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *Store) page(ctx context.Context, programme, id string) (PageRecord, error) {
	h, err := s.client.rdb.HGetAll(ctx, qkey(programme, "p:"+id)).Result()
	if err != nil {
		return PageRecord{}, fmt.Errorf("read page: %w", err)
	}
	if h["data"] == "" {
		return PageRecord{}, bot.ErrGone
	}
	raw, err := s.sealer.Open([]byte(h["data"]), id+"|page")
	if err != nil {
		return PageRecord{}, fmt.Errorf("read page: %w", err)
	}
	r := PageRecord{State: PageState(h["st"]), Since: fromMillis(h["since"]), Done: fromMillis(h["done"]), SID: h["sid"], Code: h["code"]}
	r.Attempts, _ = strconv.Atoi(h["n"])
	if err := json.Unmarshal(raw, &r.Page); err != nil {
		return PageRecord{}, fmt.Errorf("read page: %w", err)
	}
	return r, nil
}

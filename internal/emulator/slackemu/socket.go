package slackemu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxSockets is how many connections Slack gives one app.
const maxSockets = 10

// maxAck is the size from which Slack drops an acknowledgement without a word.
const maxAck = 20 << 10

// socket is one Socket Mode connection.
type socket struct {
	e    *Emulator
	conn *websocket.Conn

	mu   sync.Mutex // writes, and acks
	acks map[string]chan []byte
	gone chan struct{}
}

func (e *Emulator) connectionsOpen(args) (map[string]any, string) {
	if len(e.sockets) >= maxSockets {
		return nil, "too_many_websockets"
	}
	ticket := e.id("ticket")
	e.tickets[ticket] = true
	return map[string]any{"url": strings.Replace(e.base, "http", "ws", 1) + "/link/?ticket=" + ticket}, ""
}

// link upgrades a connection whose ticket is good, once.
func (e *Emulator) link(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	e.mu.Lock()
	ok := e.tickets[ticket]
	delete(e.tickets, ticket)
	e.mu.Unlock()
	if !ok {
		http.Error(w, "bad ticket", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // Slack's client names Slack as its origin
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	s := &socket{e: e, conn: conn, acks: map[string]chan []byte{}, gone: make(chan struct{})}
	e.mu.Lock()
	n := len(e.sockets) + 1
	e.mu.Unlock()
	if s.write(map[string]any{
		"type": "hello", "num_connections": n, "connection_info": map[string]any{"app_id": e.conf.AppID},
		"debug_info": map[string]any{"host": "applink", "build_number": 1, "approximate_connection_time": 18060},
	}) != nil {
		_ = conn.Close()
		return
	}
	e.mu.Lock()
	e.sockets = append(e.sockets, s)
	e.opened++
	e.changed()
	e.mu.Unlock()
	go s.ping()
	s.read()
}

func (s *socket) ping() {
	t := time.NewTicker(5 * time.Second) // the app gives up after thirty without
	defer t.Stop()
	for {
		select {
		case <-s.gone:
			return
		case <-t.C:
			_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
	}
}

func (s *socket) read() {
	defer s.leave()
	for {
		_, raw, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			Envelope string          `json:"envelope_id"`
			Payload  json.RawMessage `json:"payload"`
		}
		if len(raw) >= maxAck || json.Unmarshal(raw, &ack) != nil {
			continue
		}
		s.mu.Lock()
		if ch := s.acks[ack.Envelope]; ch != nil {
			delete(s.acks, ack.Envelope)
			ch <- ack.Payload
		}
		s.mu.Unlock()
	}
}

func (s *socket) leave() {
	_ = s.conn.Close()
	close(s.gone)
	s.e.mu.Lock()
	defer s.e.mu.Unlock()
	for i, o := range s.e.sockets {
		if o == s {
			s.e.sockets = append(s.e.sockets[:i:i], s.e.sockets[i+1:]...)
			break
		}
	}
	s.e.changed()
}

func (s *socket) write(v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn.WriteJSON(v)
}

var errNoAck = errors.New("the envelope was not acknowledged in time")

// bring sends one envelope and waits for its acknowledgement, three seconds.
func (s *socket) bring(ctx context.Context, d delivery) (int, []byte, error) {
	s.e.mu.Lock()
	id := s.e.id("envelope-")
	s.e.mu.Unlock()
	kind := map[string]string{"events": "events_api", "interactions": "interactive", "commands": "slash_commands"}[d.kind]
	return s.envelope(ctx, id, map[string]any{
		"envelope_id": id, "type": kind, "payload": json.RawMessage(d.payload), "accepts_response_payload": d.kind != "events",
		"retry_attempt": d.retry, "retry_reason": d.reason,
	})
}

func (s *socket) envelope(ctx context.Context, id string, frame any) (int, []byte, error) {
	ch := make(chan []byte, 1)
	s.mu.Lock()
	s.acks[id] = ch
	s.mu.Unlock()
	if err := s.write(frame); err != nil {
		return 0, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	select {
	case body := <-ch:
		if string(body) == "{}" || string(body) == "null" {
			body = nil // some clients acknowledge with an empty object
		}
		return http.StatusOK, body, nil
	case <-s.gone:
		return 0, nil, fmt.Errorf("%w: the connection ended", errNoAck)
	case <-ctx.Done():
		return 0, nil, errNoAck
	}
}

// pick is the next connection in turn; nil when none is open.
func (e *Emulator) pick() *socket {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.sockets) == 0 {
		return nil
	}
	e.turn++
	return e.sockets[e.turn%len(e.sockets)]
}

// Sockets tells how many connections are open. While there are any, nothing
// comes over HTTP.
func (e *Emulator) Sockets() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.sockets)
}

// Opened tells how many connections were ever opened.
func (e *Emulator) Opened() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.opened
}

// Disconnect asks the app to renew one connection: "warning" or
// "refresh_requested".
func (e *Emulator) Disconnect(reason string) error {
	s := e.pick()
	if s == nil {
		return errors.New("no connection is open")
	}
	return s.write(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink"}})
}

// Frame sends an envelope of any type and content, and waits until it is
// acknowledged.
func (e *Emulator) Frame(ctx context.Context, kind string, payload json.RawMessage) error {
	s := e.pick()
	if s == nil {
		return errors.New("no connection is open")
	}
	e.mu.Lock()
	id := e.id("envelope-")
	e.mu.Unlock()
	_, _, err := s.envelope(ctx, id, map[string]any{"envelope_id": id, "type": kind, "payload": payload})
	return err
}

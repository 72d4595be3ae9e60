package redisstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"path"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var builtin embed.FS

// Scripts are the Lua files that the store runs, by name ("commit.lua"). A
// test that wants to see a rule broken changes a copy and passes it as
// Config.Scripts; the store itself has no switch that breaks a rule.
func Scripts() fs.FS {
	sub, err := fs.Sub(builtin, "lua")
	if err != nil {
		panic(err) // the directory is compiled in
	}
	return sub
}

// loadScripts reads all scripts; a file "lib_*.lua" is only a part. A line "--include name.lua" is replaced by
// that file: Redis has no modules, and two copies of one rule drift apart.
func loadScripts(from fs.FS) (map[string]*redis.Script, error) {
	names, err := fs.Glob(from, "*.lua")
	if err != nil {
		return nil, err
	}
	out := map[string]*redis.Script{}
	for _, name := range names {
		if strings.HasPrefix(name, "lib_") {
			continue
		}
		src, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		for line := range strings.Lines(string(src)) {
			if other, ok := strings.CutPrefix(strings.TrimSpace(line), "--include "); ok {
				part, err := fs.ReadFile(from, other)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				b.Write(part)
				continue
			}
			b.WriteString(line)
		}
		out[strings.TrimSuffix(path.Base(name), ".lua")] = redis.NewScript(b.String())
	}
	return out, nil
}

// call runs a script on the master of its first key; all keys lie in that
// slot. Where replicas were asked for, WAIT follows in the same pipeline on
// the same connection: a WAIT anywhere else says nothing about this write.
//
// A lost connection leaves open whether the script ran, so it is repeated
// once. Every script must stand that: by event id, nonce, token or state. The
// reply is a list, as every script returns one.
func (s *Store) call(ctx context.Context, name string, keys []string, args ...any) (reply, error) {
	script, ok := s.scripts[name]
	if !ok {
		return nil, fmt.Errorf("redisstore: no script %q", name)
	}
	var err error
	for attempt := range 3 {
		var v any
		v, err = s.client.eval(ctx, script, keys, args)
		switch {
		case err == nil:
			list, ok := v.([]any)
			if !ok {
				return nil, fmt.Errorf("script %s: unexpected reply %T", name, v)
			}
			return reply(list), nil
		case s.client.moved(ctx, err):
		case attempt == 0 && lostConnection(err) && ctx.Err() == nil:
			s.client.relearn(ctx) // the master may be gone, and another in its place
		default:
			return nil, fmt.Errorf("script %s: %w", name, err)
		}
	}
	return nil, fmt.Errorf("script %s: %w", name, err)
}

// now is the clock of the server that holds a key. Nothing is written, so
// nothing waits for replicas.
func (s *Store) now(ctx context.Context, key string) (time.Time, error) {
	n, err := s.client.node(ctx, key)
	if err != nil {
		return time.Time{}, err
	}
	v, err := s.scripts["now"].Run(ctx, n, []string{key}).Result()
	if err != nil {
		s.client.moved(ctx, err)
		if lostConnection(err) {
			s.client.relearn(ctx)
		}
		return time.Time{}, err
	}
	list, ok := v.([]any)
	if !ok {
		return time.Time{}, fmt.Errorf("script now: unexpected reply %T", v)
	}
	return fromMillis(reply(list).str(0)), nil
}

// eval runs a script once, by its hash and, where the server does not know
// it yet, by its text.
func (c *Client) eval(ctx context.Context, script *redis.Script, keys []string, args []any) (any, error) {
	n, err := c.node(ctx, keys[0])
	if err != nil {
		return nil, err
	}
	want := c.want(n)
	if want == 0 {
		return script.Run(ctx, n, keys, args...).Result()
	}
	v, err := c.evalWait(ctx, n, want, func(p redis.Pipeliner) *redis.Cmd { return script.EvalSha(ctx, p, keys, args...) })
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		v, err = c.evalWait(ctx, n, want, func(p redis.Pipeliner) *redis.Cmd { return script.Eval(ctx, p, keys, args...) })
	}
	return v, err
}

func (c *Client) evalWait(ctx context.Context, n *redis.Client, want int, run func(redis.Pipeliner) *redis.Cmd) (any, error) {
	p := n.Pipeline()
	ran := run(p)
	have := p.Do(ctx, "WAIT", want, c.opts.ReplicaTimeout.Milliseconds())
	_, _ = p.Exec(ctx) // both results carry their own error
	if err := ran.Err(); err != nil {
		return nil, err
	}
	got, err := have.Int()
	if err != nil {
		return nil, err
	}
	if got < want {
		return nil, fmt.Errorf("%w: %d of %d within %v", ErrReplicas, got, want, c.opts.ReplicaTimeout)
	}
	return ran.Val(), nil
}

// moved tells whether a node refused because the slot is elsewhere or its
// master changed; nothing ran then. It learns the new places first.
func (c *Client) moved(ctx context.Context, err error) bool {
	if c.cluster == nil {
		return false
	}
	for _, prefix := range []string{"MOVED", "ASK", "TRYAGAIN", "READONLY", "CLUSTERDOWN"} {
		if redis.HasErrorPrefix(err, prefix) {
			c.relearn(ctx)
			return true
		}
	}
	return false
}

// relearn asks a Cluster anew who holds which slots.
func (c *Client) relearn(ctx context.Context) {
	if c.cluster == nil {
		return
	}
	// ForEachMaster reads the slots anew; ReloadState would only promise to.
	_ = c.cluster.ForEachMaster(ctx, func(context.Context, *redis.Client) error { return nil })
}

// lostConnection tells errors of the connection from refusals of the server.
func lostConnection(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &op) && !op.Timeout()
}

// reply is what a script returned; strings and whole numbers only.
type reply []any

// str is the i-th value as text; missing and nil are empty.
func (r reply) str(i int) string {
	if i >= len(r) {
		return ""
	}
	switch v := r[i].(type) {
	case string:
		return v
	case int64:
		return fmt.Sprint(v)
	}
	return ""
}

// num is the i-th value as a whole number; anything else is zero.
func (r reply) num(i int) int64 {
	if i < len(r) {
		if v, ok := r[i].(int64); ok {
			return v
		}
	}
	var n int64
	_, _ = fmt.Sscan(r.str(i), &n)
	return n
}

// flag is how scripts are told yes or no.
func flag(b bool) string {
	if b {
		return "1"
	}
	return ""
}

// millis is how times are written: whole milliseconds since 1970, empty for
// the zero time.
func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprint(t.UnixMilli())
}

// fromMillis reads what millis wrote.
func fromMillis(s string) time.Time {
	var n int64
	if _, err := fmt.Sscan(s, &n); err != nil || n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

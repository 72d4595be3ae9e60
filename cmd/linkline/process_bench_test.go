package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkProcess builds the program as it is released and starts it as a
// charity would, beside a Redis, a Twilio and a Slack: how large it is, how
// long until it is ready, and what it holds in memory when nothing happens.
func BenchmarkProcess(b *testing.B) {
	exe := filepath.Join(b.TempDir(), "linkline")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", exe, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	file, err := os.Stat(exe)
	if err != nil {
		b.Fatal(err)
	}
	o := newOutside(b, liveConfig)
	var ready time.Duration
	var resident float64
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), exe, "serve")
		for k, v := range o.env {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			b.Fatalf("serve said %q: %v", line, err)
		}
		took := time.Since(begin)
		if ready == 0 || took < ready {
			ready = took
		}
		<-time.After(3 * time.Second) // idle is what is measured
		resident = residentMB(b, cmd.Process.Pid)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	b.ReportMetric(float64(file.Size())/1e6, "binary-MB")
	b.ReportMetric(ready.Seconds()*1000, "ready-ms")
	b.ReportMetric(resident, "idle-MB")
}

// residentMB is a process's resident memory as Linux and macOS tell it.
func residentMB(b *testing.B, pid int) float64 {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		b.Fatal(err)
	}
	kb, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatalf("%q: %v", out, err)
	}
	return kb * 1024 / 1e6
}

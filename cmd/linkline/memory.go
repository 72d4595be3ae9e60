package main

import (
	"os"
	"runtime/debug"
)

// Reading thirty languages leaves far more behind than it keeps, and then the
// program mostly waits. So the collector works hard while it starts, which
// also keeps what stays close together, and gives back the rest at the end: a
// small server has other things to hold. GOGC, where an operator sets it, is
// left alone.
const (
	whileStarting = 50
	whileServing  = 75
)

func collectOften() { collect(whileStarting) }

// started gives back what the start took.
func started() {
	collect(whileServing)
	debug.FreeOSMemory()
}

func collect(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

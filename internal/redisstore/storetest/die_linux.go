package storetest

import (
	"os/exec"
	"syscall"
)

// dieWithUs makes the kernel end the server when the test is killed.
func dieWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

package pgembed

import "syscall"

// tieToParent makes the kernel ask the server to shut down when we are gone.
func tieToParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

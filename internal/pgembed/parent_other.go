//go:build !linux

package pgembed

import "syscall"

// tieToParent has no means here: a server left behind is ended at the next start.
func tieToParent(*syscall.SysProcAttr) {}

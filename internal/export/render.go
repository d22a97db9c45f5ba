// Package export turns submissions into documents that people read.
package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"samsvar/internal/evidence"
)

// Formats of a rendered package.
const (
	PDF     = "pdf"     // PDF/UA-1: for people, whatever they read with
	PDFA    = "pdfa"    // PDF/A-2a: for archives
	DOCX    = "docx"    // for those who quote and work on
	Receipt = "receipt" // PDF/UA-1 of what proves that it was sent: everything but the text
)

// Renderer writes packages as documents in a child process per document, so that neither a hard
// document nor a fault in the typesetter reaches the server. It is safe for concurrent use.
// Make one with NewRenderer: only that gives children a place to run in.
type Renderer struct {
	Dir     string        // folder of the Node program, its node_modules installed
	Node    string        // the node executable
	Timeout time.Duration // for one document, waiting for a place not counted
	Memory  int64         // bytes a child may hold, where /proc tells; elsewhere only its JavaScript heap is bound
	places  chan struct{}
}

// NewRenderer returns a Renderer of the Node program in dir that runs two children at a time,
// 60 seconds and 1 GiB each.
func NewRenderer(dir string) Renderer {
	return Renderer{Dir: dir, Node: "node", Timeout: time.Minute, Memory: 1 << 30, places: make(chan struct{}, 2)}
}

var (
	ErrTooSlow  = errors.New("rendering took too long")
	ErrTooLarge = errors.New("rendering took too much memory")
)

// Render returns the package as a document of one format, its own words in language nb or nn. A package
// that is not sealed is shown as a draft, without receipt and hashes. The same sealed package gives the
// same bytes. Errors: the context's, ErrTooSlow, ErrTooLarge, or what the renderer said.
func (r Renderer) Render(ctx context.Context, format, language string, p evidence.Package) ([]byte, error) {
	return r.render(ctx, map[string]any{"format": format, "language": language, "draft": p.PackageHash == "", "package": p})
}

func (r Renderer) render(ctx context.Context, what map[string]any) ([]byte, error) {
	request, err := json.Marshal(what)
	if err != nil {
		return nil, err
	}
	select {
	case r.places <- struct{}{}:
		defer func() { <-r.places }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(r.Timeout, func() { cancel(ErrTooSlow) })
	defer timer.Stop()
	return r.run(limited, cancel, request)
}

func (r Renderer) run(ctx context.Context, cancel context.CancelCauseFunc, request []byte) ([]byte, error) {
	child := exec.CommandContext(ctx, r.Node, fmt.Sprintf("--max-old-space-size=%d", r.Memory>>21), filepath.Join(r.Dir, "render.js"))
	child.Env = []string{"PATH=" + os.Getenv("PATH"), "NODE_ENV=production"}
	child.Stdin = bytes.NewReader(request)
	child.WaitDelay = time.Second
	var out, problem bytes.Buffer
	child.Stdout, child.Stderr = &out, &problem
	if err := child.Start(); err != nil {
		return nil, fmt.Errorf("starting the renderer: %w", err)
	}
	go watchMemory(ctx, child.Process.Pid, r.Memory, cancel)
	err := child.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, fmt.Errorf("rendering: %w: %s", err, said(problem.Bytes()))
	}
	return out.Bytes(), nil
}

// said is the renderer's own message, or the end of whatever stands on its standard error.
func said(stderr []byte) string {
	var message struct{ Error string }
	if json.Unmarshal(stderr, &message) == nil && message.Error != "" {
		return message.Error
	}
	return string(bytes.TrimSpace(stderr[max(0, len(stderr)-500):]))
}

// watchMemory ends the child when what it holds in memory passes the limit.
func watchMemory(ctx context.Context, pid int, limit int64, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if residentBytes(pid) > limit {
				cancel(ErrTooLarge)
				return
			}
		}
	}
}

func residentBytes(pid int) int64 {
	statm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)) // absent outside Linux: 0, no bound
	fields := strings.Fields(string(statm))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

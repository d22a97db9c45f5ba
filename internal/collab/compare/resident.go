package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"samsvar/internal/yjs"
)

// resident is what a long text takes in memory, in bytes, after its edits came
// one by one and after it was opened from what is stored.
type resident struct {
	edits           int
	made            bool // the edits are made up
	typed, opened   float64
	yTyped, yOpened float64
}

func (a *arena) residents(ctx context.Context, trace string) (r resident, err error) {
	raw, err := os.ReadFile(trace)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err, r.made = madeUp(50_000), nil, true
	}
	if err != nil {
		return r, err
	}
	updates := split(raw)
	r.edits = len(updates)
	if r.typed, r.opened, err = storeBytes(updates); err != nil {
		return r, err
	}
	file := filepath.Join(a.dir, "trace.bin")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, a.nodePath, "--expose-gc", "ydoc.mjs", file)
	cmd.Dir, cmd.Stderr = a.scripts, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, err
	}
	_, err = fmt.Sscan(string(out), &r.yTyped, &r.yOpened)
	return r, err
}

func split(raw []byte) (updates [][]byte) {
	for len(raw) > 0 {
		n := binary.LittleEndian.Uint32(raw)
		updates, raw = append(updates, raw[4:4+n]), raw[4+n:]
	}
	return updates
}

// storeBytes is what the server holds of a text.
func storeBytes(updates [][]byte) (typed, opened float64, err error) {
	store := func(updates ...[]byte) *yjs.Store {
		store := yjs.NewStore()
		for _, u := range updates {
			err = errors.Join(err, store.Apply(bytes.Clone(u))) // a copy, as comes off the wire
		}
		return store
	}
	snapshot := store(updates...).Snapshot()
	typed = each10(func() *yjs.Store { return store(updates...) })
	opened = each10(func() *yjs.Store {
		text := store(snapshot)
		_ = text.Snapshot() // as when a live document is opened
		return text
	})
	return typed, opened, err
}

// each10 is how many live bytes one of ten takes.
func each10[T any](one func() T) float64 {
	const copies = 10
	used := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before, all := used(), make([]T, copies)
	for i := range all {
		all[i] = one()
	}
	after := used()
	runtime.KeepAlive(all)
	return (after - before) / copies
}

// madeUp is three people who type in turns, and delete every fourth character.
func madeUp(edits int) (raw []byte) {
	random := rand.New(rand.NewPCG(1, 1))
	people := []*writer{{client: 1}, {client: 2}, {client: 3}}
	for range edits {
		w := people[random.IntN(3)]
		n := w.typed.Load()
		u := w.update(n)
		if n > 0 && random.IntN(4) == 0 {
			u = nil
			for _, part := range []uint64{0, 1, w.client, 1, uint64(firstCharacter + random.Int64N(n)), 1} {
				u = binary.AppendUvarint(u, part)
			}
		} else {
			w.typed.Add(1)
		}
		raw = append(binary.LittleEndian.AppendUint32(raw, uint32(len(u))), u...)
	}
	return raw
}

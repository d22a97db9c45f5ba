package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The audit trail from the first start to an auditor without a database, with a change of keys in between.
func TestTrailIsCheckedFromFilesAlone(t *testing.T) {
	data := dataDir(t)
	settings := []string{"SAMSVAR_DATA=" + data}
	run := func(want int, args ...string) string {
		t.Helper()
		status, said := runs(t, settings, args...)
		if status != want {
			t.Fatalf("%v: ended with %d\n%s", args, status, said)
		}
		return said
	}
	heads := filepath.Join(data, "heads")
	audit := func(name string) (files []string) {
		run(0, "trail", filepath.Join(data, name))
		return []string{"verify", filepath.Join(data, name), filepath.Join(heads, "heads.jsonl"), filepath.Join(heads, "keys.jsonl")}
	}

	p := serves(t, settings...)
	p.browser("ny")
	p.stop()
	if signed, err := os.ReadFile(filepath.Join(heads, "heads.jsonl")); err != nil || len(signed) == 0 {
		t.Errorf("nothing was signed while it ran: %v", err)
	}
	if said := run(0, audit("one.jsonl")...); strings.Contains(said, "came after the last head") || strings.Contains(said, "FAIL") {
		t.Error(said)
	}

	run(0, "keys", "rotate", filepath.Join(data, "next.pem"))
	settings = append(settings, "SAMSVAR_AUDIT_KEY_FILE="+filepath.Join(data, "next.pem"))
	run(0, "grant", "https://id.example", "somebody", "agder", "reader")
	two := audit("two.jsonl")
	if said := run(0, two...); !strings.Contains(said, "2 keys") {
		t.Error(said)
	}

	trail, err := os.ReadFile(two[1])
	check(t, err)
	for what, changed := range map[string][]byte{
		"another role": bytes.Replace(trail, []byte(`"reader"`), []byte(`"writer"`), 1),
		"the end gone": trail[:bytes.LastIndexByte(trail[:len(trail)-1], '\n')+1],
	} {
		check(t, os.WriteFile(two[1], changed, 0o600))
		if said := run(1, two...); bytes.Equal(changed, trail) || !strings.Contains(said, "FAIL") {
			t.Errorf("%s: %s", what, said)
		}
	}
	run(0, "keys", "new", filepath.Join(data, "stranger.pem"))
	settings = append(settings, "SAMSVAR_AUDIT_KEY_FILE="+filepath.Join(data, "stranger.pem"))
	if said := run(1, "trail", filepath.Join(data, "three.jsonl")); !strings.Contains(said, "rotate") {
		t.Error(said)
	}
}

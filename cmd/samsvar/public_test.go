package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// What is published is for anybody, may be kept by caches, and names no persons; what is not is no more than what does not exist.
func TestPublishedSubmissionsAreForAnybody(t *testing.T) {
	p := start(t)
	s := p.scene()
	ministry, nobody := p.as("departement"), p.as("")
	var sent struct {
		Receipt struct {
			Number      string
			SubmittedBy struct{ Name string }
		}
	}
	check(t, json.Unmarshal([]byte(ministry.call("GET", "/submissions/"+s.submission, nil).body), &sent))
	number := sent.Receipt.Number
	unknown, unpublished := nobody.call("GET", "/published/1999-0001", nil), nobody.call("GET", "/published/"+number, nil)
	if unknown.status != http.StatusNotFound || faceless(t, unknown) != faceless(t, unpublished) {
		t.Errorf("%s, and of one that is not there %s", unpublished.body, unknown.body)
	}
	ministry.call("POST", "/submissions/"+s.submission+"/receive", nil)
	if a := ministry.call("POST", "/submissions/"+s.submission+"/publish", map[string]any{"number": number}); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for _, path := range []string{"/published", "/published?roundId=" + s.round, "/published/" + number, "/published/" + number + "/file/json"} {
		response, err := nobody.http.Get(p.base + "/api/v1" + path)
		check(t, err)
		response.Body.Close()
		if response.StatusCode != http.StatusOK || response.Header.Get("Cache-Control") != forAnybody || response.Header.Get("Set-Cookie") != "" ||
			response.Header.Get("X-Content-Type-Options") != "nosniff" || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %v", path, response.StatusCode, response.Header)
		}
		if a := nobody.call("GET", path, nil); strings.Contains(a.body, sent.Receipt.SubmittedBy.Name) || !strings.Contains(a.body, number) {
			t.Errorf("%s: %.300s", path, a.body)
		}
	}
	if a := nobody.call("GET", "/submissions/"+s.submission, nil); a.status != http.StatusUnauthorized {
		t.Errorf("the submission itself: %d", a.status)
	}
}

const forAnybody = "public, max-age=60"

package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// meetings: papers as a file, and a calendar that whoever has its address reads without logging in, for as long as its
// person has the rights and wants it.
func (p *program) meetings(t *testing.T) {
	secretariat, stranger := p.as("sekretariat-vestfold"), p.as("sekretariat-agder")
	var meeting, paper string
	check(t, p.db.Pool().QueryRow(t.Context(), `select m.id::text, c.id::text from meeting m join meeting_case c on c.meeting_id = m.id
		where m.community_id = 'vestfold' and c.response_id is not null`).Scan(&meeting, &paper))
	path := "/meetings/" + meeting + "/cases/" + paper + "/pack"
	if a := secretariat.call("GET", path+"?language=nn", nil); a.status != http.StatusOK || !strings.HasPrefix(a.body, "%PDF-") || a.header.Get("Content-Disposition") != "attachment; filename=sakspapir-vestfold-2022-03-31-1.pdf" {
		t.Errorf("papers: %d %v", a.status, a.header)
	}
	if a := stranger.call("GET", path, nil); a.status != http.StatusNotFound {
		t.Errorf("papers of others: %d", a.status)
	}

	agder := p.scene()
	if a := stranger.call("GET", "/meetings/"+agder.meeting+"/cases/"+agder.paper+"/pack", nil); a.code != "not_frozen" {
		t.Errorf("papers of a draft: %d %s", a.status, a.body)
	}
	reader, admin := p.as("leser-agder"), p.as("administrator")
	id := get[struct{ Account struct{ ID string } }](reader, "/me").Account.ID
	made := func() string {
		a := reader.call("POST", "/me/calendar", nil)
		var link struct{ URL string }
		check(t, json.Unmarshal([]byte(a.body), &link))
		if !strings.HasPrefix(link.URL, p.base+"/calendar/") {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return link.URL
	}
	read := func(address string) answer {
		return p.as("").do(request(t, "GET", address))
	}
	address := made()
	a := read(address)
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/calendar; charset=utf-8" || a.header.Get("Cache-Control") != "no-store" ||
		!strings.Contains(a.body, "Strategisk samarbeidsutvalg Agder") || strings.Contains(a.body, "Vestfold") {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	admin.call("DELETE", "/accounts/"+id+"/roles/agder/reader", nil)
	if a := read(address); a.status != http.StatusOK || strings.Contains(a.body, "VEVENT") {
		t.Errorf("without the role: %d %s", a.status, a.body)
	}
	admin.call("POST", "/accounts/"+id+"/roles", map[string]any{"organisationId": "agder", "role": "reader"})
	newer := made()
	if a := read(address); a.status != http.StatusNotFound {
		t.Errorf("an address that was replaced: %d", a.status)
	}
	reader.call("DELETE", "/me/calendar", nil)
	for _, gone := range []string{newer, p.base + "/calendar/x.ics", p.base + "/calendar/%00"} {
		if a := read(gone); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", gone, a.status)
		}
	}
	for n := 0; read(newer).status != http.StatusTooManyRequests; n++ {
		if n > 40 {
			t.Fatal("nobody holds back whoever asks without end")
		}
	}
}

package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

// fresh: who signs or sends must have proved who they are a short while ago,
// at the identity provider, and the server sees to it.
func (p *program) fresh(t *testing.T) {
	who := p.as("godkjenner-tonsberg")
	turn := get[struct{ Tasks []struct{ ResponseID string } }](who, "/my-turn")
	path := "/responses/" + turn.Tasks[0].ResponseID
	response := get[struct {
		Freeze  struct{ ID string }
		Answers []struct{ ID, Hash string }
	}](who, path)
	hashes := map[string]any{}
	for _, a := range response.Answers {
		hashes[a.ID] = a.Hash
	}
	body := map[string]any{"freezeId": response.Freeze.ID, "answerHashes": hashes}

	p.age(16 * time.Minute)
	if a := who.call("POST", path+"/positions/confirm", body); a.status != http.StatusForbidden || a.code != "reauthentication_required" {
		t.Fatalf("an old login signed: %d %s", a.status, a.body)
	}
	if seconds := get[struct{ LoginSeconds int }](who, "/me").LoginSeconds; seconds < 16*60 {
		t.Errorf("the page is told that the login is %d seconds old", seconds)
	}
	again, err := who.http.Get(p.base + "/auth/login?again=&return_to=/healthz")
	check(t, err)
	again.Body.Close()
	if again.Request.URL.Path != "/healthz" {
		t.Fatalf("led to %s", again.Request.URL)
	}
	me := get[struct {
		LoginSeconds int
		Account      struct{ Subject string }
	}](who, "/me")
	if me.LoginSeconds > 10 || me.Account.Subject != "godkjenner-tonsberg" {
		t.Errorf("%+v", me)
	}
	if a := who.call("POST", path+"/positions/confirm", body); a.status != http.StatusOK {
		t.Errorf("a fresh login did not sign: %d %s", a.status, a.body)
	}
}

// age makes every login that much older.
func (p *program) age(by time.Duration) {
	p.t.Helper()
	rows, err := p.db.Pool().Query(p.t.Context(), "select token, data, expiry from sessions where length(data) > 0")
	check(p.t, err)
	kept := map[string][]byte{}
	for rows.Next() {
		var token string
		var data []byte
		var expiry time.Time
		check(p.t, rows.Scan(&token, &data, &expiry))
		deadline, values, err := scs.GobCodec{}.Decode(data)
		check(p.t, err)
		if proved, known := values["proved"].(int64); known {
			values["proved"] = proved - int64(by.Seconds())
		}
		kept[token], err = scs.GobCodec{}.Encode(deadline, values)
		check(p.t, err)
	}
	check(p.t, rows.Err())
	for token, data := range kept {
		_, err := p.db.Pool().Exec(p.t.Context(), "update sessions set data = $1 where token = $2", data, token)
		check(p.t, err)
	}
}

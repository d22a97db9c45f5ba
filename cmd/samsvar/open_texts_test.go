package main

import (
	"context"
	"encoding/binary"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// openTexts: whoever has a text open is let go of, or held back, as soon as their rights change.
func (p *program) openTexts(t *testing.T) {
	const soon = 2 * time.Second
	admin := p.as("administrator")
	for name, c := range map[string]struct {
		persona, organisation, role string
		change                      func(who person, id string)
	}{
		"the role is taken away": {"koordinator-kristiansand", "k-4204", "coordinator", func(_ person, id string) {
			if a := admin.call("DELETE", "/accounts/"+id+"/roles/k-4204/coordinator", nil); a.status >= 300 {
				t.Fatal(a.body)
			}
		}},
		"the login is ended from another one": {"leser-agder", "agder", "reader", func(who person, _ string) {
			if a := p.as("leser-agder").call("DELETE", "/me/sessions", nil); a.status != 204 {
				t.Fatal(a.body)
			}
		}},
		"an administrator ends all logins": {"leser-agder", "agder", "reader", func(_ person, id string) {
			if a := admin.call("DELETE", "/accounts/"+id+"/sessions", nil); a.status != 204 {
				t.Fatal(a.body)
			}
		}},
		"an administrator closes the account": {"leser-agder", "agder", "reader", func(_ person, id string) {
			if a := admin.call("PUT", "/accounts/"+id+"/closed", map[string]any{"closed": true}); a.status != 200 {
				t.Fatal(a.body)
			}
		}},
		"somebody logs out": {"leser-agder", "agder", "reader", func(who person, _ string) {
			out, err := who.http.Post(p.base+"/auth/logout", "application/x-www-form-urlencoded", nil)
			check(t, err)
			out.Body.Close()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			who := p.as(c.persona)
			id := get[struct{ Account struct{ ID string } }](who, "/me").Account.ID
			defer admin.call("POST", "/accounts/"+id+"/roles", map[string]any{"organisationId": c.organisation, "role": c.role})
			defer admin.call("PUT", "/accounts/"+id+"/closed", map[string]any{"closed": false})
			text := get[struct{ Answers []struct{ DocumentID string } }](who, "/responses/"+p.scene().response).Answers[0].DocumentID
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			socket, _, err := websocket.Dial(ctx, p.base+"/collab", &websocket.DialOptions{HTTPClient: who.http, HTTPHeader: http.Header{"Origin": {p.base}}})
			check(t, err)
			defer socket.CloseNow()
			greeting := append(binary.AppendUvarint(nil, uint64(len(text))), text+"\x02\x00\x00"...)
			check(t, socket.Write(ctx, websocket.MessageBinary, greeting))
			hears(t, ctx, socket, `"access"`)
			began := time.Now()
			c.change(who, id)
			hears(t, ctx, socket, "login_expired") // acting for that organisation ends with the role
			if took := time.Since(began); took > soon {
				t.Errorf("told after %v", took)
			}
		})
	}
}

// hears reads until a frame holds the words.
func hears(t *testing.T, ctx context.Context, socket *websocket.Conn, words string) {
	t.Helper()
	for {
		_, frame, err := socket.Read(ctx)
		if err != nil {
			t.Fatalf("%q was not heard: %v", words, err)
		}
		if strings.Contains(string(frame), words) {
			return
		}
	}
}

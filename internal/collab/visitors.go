package collab

import (
	"encoding/json"
	"sync"
	"time"

	"samsvar/internal/portal"
)

// visitor is somebody who shows themselves in a text at another process.
type visitor struct {
	Client uint64          `json:"client"`
	Clock  uint64          `json:"clock"`           // that the others were told
	State  json.RawMessage `json:"state,omitempty"` // none: they have left
	Person Person          `json:"person"`
	Writes bool            `json:"writes"`
	heard  time.Time
}

func (v *visitor) entry() awarenessEntry {
	return awarenessEntry{client: v.Client, clock: v.Clock, state: v.State}
}

// visitors are all who show themselves at other processes.
type visitors struct {
	mu sync.Mutex
	in map[portal.DocumentID]map[uint64]*visitor
}

// of gives those who are in a text.
func (vs *visitors) of(id portal.DocumentID) (all []*visitor) {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	for _, v := range vs.in[id] {
		all = append(all, v)
	}
	return all
}

// account is who shows themselves as a Yjs client elsewhere, if anybody does.
func (vs *visitors) account(id portal.DocumentID, client uint64) portal.AccountID {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	if v := vs.in[id][client]; v != nil {
		return v.Person.Account
	}
	return ""
}

// note takes in what is told of a visitor, and says whether it is new.
func (vs *visitors) note(id portal.DocumentID, v *visitor, now time.Time) bool {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	before := vs.in[id][v.Client]
	switch {
	case before != nil && v.Clock < before.Clock, before == nil && v.State == nil:
		return false
	case v.State == nil:
		vs.drop(id, v.Client)
		return true
	case vs.in[id] == nil:
		vs.in[id] = make(map[uint64]*visitor)
	}
	v.heard = now
	vs.in[id][v.Client] = v
	return before == nil || v.Clock > before.Clock
}

func (vs *visitors) drop(id portal.DocumentID, client uint64) {
	if delete(vs.in[id], client); len(vs.in[id]) == 0 {
		delete(vs.in, id)
	}
}

// admit says whether an account may show itself as a Yjs client here, which is
// not so while another account does elsewhere; and the clock that the others
// were told when it came from there.
func (vs *visitors) admit(id portal.DocumentID, client uint64, account portal.AccountID) (told uint64, ok bool) {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	v := vs.in[id][client]
	if v == nil {
		return 0, true
	}
	if v.Person.Account != account {
		return 0, false
	}
	vs.drop(id, client)
	return v.Clock, true
}

// forget lets go of those of whom nothing has been heard for long, since their
// process is gone, and gives them as having left.
func (vs *visitors) forget(before time.Time) (gone []news) {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	for id, clients := range vs.in {
		for client, v := range clients {
			if v.heard.Before(before) {
				vs.drop(id, client)
				gone = append(gone, news{Document: id, Visitor: &visitor{Client: client, Clock: v.Clock, Person: v.Person}})
			}
		}
	}
	return gone
}

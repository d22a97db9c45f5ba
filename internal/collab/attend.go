package collab

import (
	"context"
	"sync"

	"samsvar/internal/portal"
)

// due is what has been heard of a document while its goroutine was busy.
type due struct {
	wake chan struct{}

	mu       sync.Mutex
	head     int64
	rights   bool
	anew     bool
	accounts map[portal.AccountID]bool
	ask      bool
	visitors []*visitor
}

// hear notes news for the document's goroutine. It never waits.
func (d *document) hear(n news) {
	d.due.mu.Lock()
	defer d.due.mu.Unlock()
	d.due.head = max(d.due.head, n.Edited)
	d.due.rights = d.due.rights || n.Rights
	d.due.anew = d.due.anew || n.Anew
	d.due.ask = d.due.ask || n.Ask
	if n.Account != "" {
		d.due.accounts[n.Account] = true
	}
	if n.Visitor != nil {
		d.due.visitors = append(d.due.visitors, n.Visitor)
	}
	select {
	case d.due.wake <- struct{}{}:
	default: // it knows that something is due
	}
}

// take gives what is due, which then is not any more.
func (due *due) take() (head int64, anew bool, whose func(portal.AccountID) bool, ask bool, visitors []*visitor) {
	due.mu.Lock()
	defer due.mu.Unlock()
	all, accounts := due.rights, due.accounts
	head, anew, ask, visitors = due.head, due.anew, due.ask, due.visitors
	due.rights, due.accounts, due.ask, due.visitors = false, make(map[portal.AccountID]bool), false, nil
	return head, anew, func(a portal.AccountID) bool { return all || accounts[a] }, ask, visitors
}

// attend does what is due.
func (d *document) attend() {
	head, anew, whose, ask, visitors := d.due.take()
	if d.closed != "" {
		return
	}
	if anew {
		d.shut(reasonUnavailable)
		return
	}
	if head > d.seen {
		d.follow()
	}
	d.refresh(whose)
	if ask {
		d.presentAll()
	}
	d.showVisitors(visitors)
}

// follow takes in what another process has committed.
func (d *document) follow() {
	ctx, cancel := context.WithTimeout(d.hub.ctx, d.hub.limits.Storage)
	defer cancel()
	stored, err := d.hub.log.Load(ctx, d.id, d.seen)
	if err == nil {
		err = d.takeIn(stored)
	}
	if err != nil {
		d.hub.stats.failures.Add(1)
		d.hub.logger.Error("edits of another process not read", "document", d.id, "error", err)
		d.shut(reasonUnavailable)
	}
}

// takeIn takes in what other processes have committed since, and shows it to everybody here.
func (d *document) takeIn(since portal.StoredText) error {
	updates := since.All()
	for _, update := range updates {
		if err := d.store.Apply(update); err != nil {
			return err
		}
		d.grown(len(update))
		d.tellOthers(nil, syncFrame(d.id, stepUpdate, update))
	}
	d.seen = since.Head
	d.hub.stats.caughtUp.Add(1)
	d.loosened(len(updates))
	return nil
}

// showVisitors shows what is new of those who are in the text at another process.
func (d *document) showVisitors(visitors []*visitor) {
	var changes []awarenessEntry
	for _, v := range visitors {
		if d.shown[v.Client] == nil { // else it has moved here
			changes = append(changes, v.entry())
		}
	}
	if len(changes) > 0 {
		d.tellOthers(nil, awarenessFrame(d.id, encodeAwareness(changes)))
	}
}

// presentAll has the other processes told who is here.
func (d *document) presentAll() {
	for client, a := range d.shown {
		d.hub.peers.tell(news{Document: d.id, Visitor: &visitor{Client: client, Clock: a.told, State: a.state,
			Person: a.session.person(), Writes: a.session.access.writes()}})
	}
}

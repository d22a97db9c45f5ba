package collab_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"samsvar/internal/collab"
	"samsvar/internal/portal"
)

func TestOnlyOurOwnPagesAndPeopleWhoAreLoggedInConnect(t *testing.T) {
	p := open(t, collab.Limits{SocketsPerAccount: 2})
	account := newAccount()
	for _, c := range []struct {
		origin  string
		account portal.AccountID
		want    error
	}{
		{p.web.URL, account, nil},
		{strings.ToUpper(p.web.URL), account, nil},
		{p.web.URL, account, refusedUpgrade(429)},
		{p.web.URL, "", refusedUpgrade(401)},
		{"https://other.example", account, refusedUpgrade(403)},
		{p.web.URL + ".example", account, refusedUpgrade(403)},
		{"", account, refusedUpgrade(403)},
	} {
		got, err := dial(t, p.web.URL, c.origin, c.account)
		if err != c.want {
			t.Errorf("from %q as %q: %v, want %v", c.origin, c.account, err, c.want)
		}
		if got != nil {
			t.Cleanup(func() { got.conn.CloseNow(); <-got.ended })
		}
	}
}

// What is another's, what does not exist and what is no id at all are one.
func TestNothingLeaksToWhoMayNotRead(t *testing.T) {
	p := open(t, collab.Limits{})
	id, unknown := p.document(), portal.DocumentID(portal.NewID())
	insider, stranger := p.dial(newAccount()), p.dial(newAccount())
	p.allow(stranger.account, collab.AccessNone)
	insider.join(id, newTypist(7).types("hemmelig"))

	for _, name := range []portal.DocumentID{id, unknown, "not-an-id", portal.DocumentID(strings.ToUpper(string(id))), ""} {
		stranger.send(authMessage(name))
		stranger.send(syncMessage(name, 0, []byte{0}))
		stranger.send(syncMessage(name, 2, newTypist(8).types("utenfra")))
		stranger.send(about(name, 3))
	}
	for range 5 {
		h := <-stranger.inbox
		if h.kind != isAuth || h.step != 1 || string(h.bytes) != "denied" {
			t.Errorf("a stranger is told %v", h)
		}
	}
	if !p.log.holds(`msg="text refused" document=` + string(id) + " account=" + string(stranger.account)) {
		t.Error("the log does not tell who was refused which text")
	}
	insider.send(syncMessage(id, 2, newTypist(9).types("mer")))
	insider.nextStatus()
	if n := len(stranger.inbox); n > 0 {
		t.Errorf("a stranger is told %v", <-stranger.inbox)
	}
	if got := p.stored(id); strings.Contains(got, "utenfra") {
		t.Errorf("stored is %q", got)
	}
}

func TestAReaderFollowsAndIsToldThatNothingOfTheirsIsSaved(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	writer, reader := p.dial(newAccount()), p.dial(newAccount())
	p.allow(reader.account, collab.AccessRead)
	hand := newTypist(7)
	update := hand.types("fast")
	writer.join(id, update)

	reader.send(authMessage(id))
	if access, reason := reader.nextAccess(); access != "read" || reason != "role" {
		t.Errorf("told %q, %q", access, reason)
	}
	reader.next("readonly", func(h heard) bool { return h.kind == isAuth && string(h.bytes) == "readonly" })
	reader.send(syncMessage(id, 2, newTypist(8).types("nei")))
	if saved, reason := reader.status(); saved || reason != "denied" {
		t.Errorf("an edit: saved %v, %q", saved, reason)
	}
	reader.send(syncMessage(id, 1, newTypist(8).types("nei")))
	if saved, reason := reader.status(); saved || reason != "denied" {
		t.Errorf("a second step with news: saved %v, %q", saved, reason)
	}
	reader.send(syncMessage(id, 1, update))
	if saved, _ := reader.status(); !saved {
		t.Error("a second step with what is stored was not acknowledged")
	}
	writer.send(syncMessage(id, 2, hand.types(" og mer")))
	if got := string(reader.nextSync(2)); !strings.Contains(got, "og mer") {
		t.Errorf("the reader follows %q", got)
	}
	if got := p.stored(id); got != "fast og mer" {
		t.Errorf("stored is %q", got)
	}
}

func TestRightsThatChangeReachOpenConnections(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	hand, word := newTypist(7), 0
	type step struct {
		access         collab.Access
		told, reason   string
		saved          bool
		refusal        string
		asksForMissing bool
	}
	for _, s := range []step{
		{collab.AccessFrozen, "read", "frozen", false, "frozen", false},
		{collab.AccessWrite, "write", "", true, "", true},
		{collab.AccessSubmitted, "read", "submitted", false, "denied", false},
		{collab.AccessRead, "read", "role", false, "denied", false},
	} {
		p.allowAll(id, s.access)
		p.hub.Refresh(id)
		if access, reason := c.nextAccess(); access != s.told || reason != s.reason {
			t.Fatalf("%s: told %q, %q", s.access, access, reason)
		}
		if s.asksForMissing {
			c.nextSync(0)
			hand = newTypist(uint64(100 + word)) // what was refused is not there to go on from
		}
		word++
		c.send(syncMessage(id, 2, hand.types(fmt.Sprint(word))))
		if saved, reason := c.status(); saved != s.saved || reason != s.refusal {
			t.Errorf("%s: saved %v, %q", s.access, saved, reason)
		}
	}
	p.allowAll(id, collab.AccessNone)
	p.hub.Refresh(id)
	if access, _ := c.nextAccess(); access != "none" {
		t.Errorf("told %q", access)
	}
	c.next("denial", func(h heard) bool { return h.kind == isAuth && h.step == 1 })
	c.send(syncMessage(id, 0, []byte{0}))
	p.put(id, newTypist(9).types("x"))
	time.Sleep(50 * time.Millisecond)
	if len(c.inbox) > 0 {
		t.Errorf("after the denial: %v", <-c.inbox)
	}
}

// The freeze comes between the edits: those before it are in the frozen text,
// those after are refused, and no third kind exists.
func TestFrozenWhileTyping(t *testing.T) {
	p := open(t, unhurried)
	id := p.document()
	const writers, words = 3, 200
	var clients []*client
	for range writers {
		c := p.dial(newAccount())
		c.join(id, nothing)
		clients = append(clients, c)
	}
	for i, c := range clients {
		go func() {
			hand := newTypist(uint64(10 + i))
			for n := range words {
				if c.write(syncMessage(id, 2, hand.types(fmt.Sprintf("w%dn%d;", i, n)))) != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
	}
	eventually(t, "some words are saved", func() bool { return p.hub.Stats().Saved > writers+10 }) // each was answered at its greeting
	p.freeze(id, true)
	frozen := p.stored(id)
	saved, shown := 0, 0
	for i, c := range clients {
		refused := false
		for n := range words {
			ok, reason := c.status()
			if word := fmt.Sprintf("w%dn%d;", i, n); ok != strings.Contains(frozen, word) {
				t.Errorf("%s: saved %v, frozen text %q", word, ok, frozen)
			}
			if ok && refused || !ok && reason != "frozen" {
				t.Errorf("answered %v with %q, after a refusal: %v", ok, reason, refused)
			}
			if refused = !ok; ok {
				saved++
			}
		}
	}
	if saved == 0 || saved == writers*words {
		t.Fatalf("%d of %d saved: not frozen while typing", saved, writers*words)
	}
	late := p.dial(newAccount())
	late.send(authMessage(id))
	late.send(syncMessage(id, 0, []byte{0}))
	for _, word := range wordPattern.FindAllString(string(late.nextSync(1)), -1) {
		if shown++; !strings.Contains(frozen, word) {
			t.Errorf("%s is shown, and not in the frozen text", word)
		}
	}
	if now := p.stored(id); now != frozen {
		t.Errorf("frozen was %q, now is %q", frozen, now)
	}

	// Opened again, everybody is asked for what they still have.
	p.freeze(id, false)
	for _, c := range clients {
		c.nextSync(0)
	}
	clients[0].send(syncMessage(id, 1, newTypist(99).types("igjen")))
	if ok, reason := clients[0].status(); !ok {
		t.Errorf("refused: %s", reason)
	}
}

// A database that says locked is believed before the Gate has been asked.
func TestALockAloneStopsWriting(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	a, b := p.dial(newAccount()), p.dial(newAccount())
	a.join(id, nothing)
	b.join(id, nothing)
	p.exec("update document set locked = true where id = $1", id)
	a.send(syncMessage(id, 2, newTypist(7).types("sent")))
	if saved, reason := a.status(); saved || reason != "frozen" {
		t.Errorf("saved %v, %q", saved, reason)
	}
	for _, c := range []*client{a, b} {
		if access, reason := c.nextAccess(); access != "read" || reason != "frozen" {
			t.Errorf("told %q, %q", access, reason)
		}
	}
	if n := len(p.storedUpdates(id)); n != 0 {
		t.Errorf("%d updates are stored", n)
	}
}

func TestALoginThatEndsEndsTheConnection(t *testing.T) {
	p := open(t, collab.Limits{})
	id, other := p.document(), p.document()
	gone, stays := p.dial(newAccount()), p.dial(newAccount())
	for _, c := range []*client{gone, stays} {
		c.join(id, nothing)
		c.join(other, nothing)
	}
	p.logOut(gone.account)
	p.hub.RefreshAccount(gone.account)
	gone.next("word on the login", func(h heard) bool { return h.kind == isAuth && string(h.bytes) == "login_expired" })
	if code := gone.closed(); code != 4401 {
		t.Errorf("closed with %d", code)
	}
	stays.send(syncMessage(id, 2, newTypist(7).types("a")))
	if !stays.nextStatus() {
		t.Error("the other was stopped too")
	}
}

func TestNobodySendsWhatAnotherHasTypedInTheSameBrowser(t *testing.T) {
	p := open(t, collab.Limits{})
	id, here := p.document(), p.dial(newAccount())
	here.send(authMessageOf(id, tokenOf(here.account)))
	here.send(syncMessage(id, 0, []byte{0}))
	here.nextSync(0)

	other := p.dial(newAccount())
	other.send(authMessageOf(id, tokenOf(here.account)))
	other.next("word on the login", denied("login_expired"))
	if code := other.closed(); code != 4401 {
		t.Errorf("closed with %d", code)
	}
}

func TestNobodySendsForAnOrganisationWhatWasTypedForAnother(t *testing.T) {
	p := open(t, collab.Limits{})
	id, account := p.document(), newAccount()
	page := p.dial(account)
	page.send(authMessageOf(id, tokenOf(account)))
	page.send(syncMessage(id, 0, []byte{0}))
	page.nextSync(0)
	p.actFor(account, "kommune-b")
	p.hub.RefreshAccount(account)
	page.next("word on the organisation", denied("acting_changed"))
	if code := page.closed(); code != 4401 {
		t.Errorf("closed with %d", code)
	}

	// It comes back by itself, and is told so even where the other organisation sees nothing.
	p.allow(account, collab.AccessNone)
	again := p.dial(account)
	again.send(authMessageOf(id, tokenOf(account)))
	again.next("word on the organisation", denied("acting_changed"))
	p.allow(account, collab.AccessWrite)
	again.send(authMessageOf(id, "account:"+string(account)+"/kommune-b"))
	again.send(syncMessage(id, 0, []byte{0}))
	again.nextSync(0)
	if n := len(p.storedUpdates(id)); n != 0 {
		t.Errorf("%d updates are stored", n)
	}
}

// tokenOf is what a page says that was opened by somebody who acted for the organisation of their own.
func tokenOf(account portal.AccountID) string {
	return "account:" + string(account) + "/" + string(actorCalled(account).Organisation)
}

func denied(reason string) func(heard) bool {
	return func(h heard) bool { return h.kind == isAuth && string(h.bytes) == reason }
}

func TestPagesFromBeforeAnUpgradeAreNotLetIn(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	for pages, denied := range map[string]string{"": "", " pages:" + thesePages: "", " pages:index-before.js": "outdated"} {
		c := p.dial(newAccount())
		c.send(authMessageOf(id, tokenOf(c.account)+pages))
		answer := c.next("an answer", func(h heard) bool { return h.kind == isAuth })
		if told := string(answer.bytes); (answer.step == 1) != (denied != "") || denied != "" && told != denied {
			t.Errorf("with %q it is told %q", pages, told)
		}
	}
	stranger := p.dial(newAccount())
	p.allow(stranger.account, collab.AccessNone)
	stranger.send(authMessageOf(id, tokenOf(stranger.account)+" pages:index-before.js"))
	stranger.next("no more than anybody hears", func(h heard) bool { return h.kind == isAuth && string(h.bytes) != "outdated" })
}

func TestTheHubLooksUpRightsByItself(t *testing.T) {
	p := open(t, collab.Limits{Recheck: 20 * time.Millisecond})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	p.allow(c.account, collab.AccessRead)
	if access, _ := c.nextAccess(); access != "read" {
		t.Errorf("told %q", access)
	}
	p.logOut(c.account)
	if code := c.closed(); code != 4401 {
		t.Errorf("closed with %d", code)
	}
}

// While rights cannot be looked up nobody stays, and nobody is told a lie about why.
func TestRightsThatCannotBeLookedUp(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	c := p.dial(newAccount())
	c.join(id, nothing)
	p.set(func() { p.broken = errors.New("no contact") })
	p.hub.Refresh(id)
	isUnavailable := func(h heard) bool { return h.kind == isClose && string(h.bytes) == "unavailable" }
	c.next("end of the stay", isUnavailable)
	c.send(authMessage(id))
	c.next("end of the stay", isUnavailable)
	p.set(func() { p.broken = nil })
	c.join(id, newTypist(7).types("a"))
}

func TestPresenceIsWhoShowsThemselvesAndMayWrite(t *testing.T) {
	p := open(t, collab.Limits{})
	id, empty := p.document(), p.document()
	writer, reader, hidden := p.dial(newAccount()), p.dial(newAccount()), p.dial(newAccount())
	p.allow(reader.account, collab.AccessRead)
	for i, c := range []*client{writer, reader, hidden} {
		c.join(id, nil)
		if c != hidden {
			c.send(awarenessMessage(id, entry{uint64(i + 1), 1, `{"cursor":null}`}, entry{uint64(i + 11), 1, `{}`}))
		}
	}
	want := actorCalled(writer.account)
	is := func(people ...collab.Person) func() bool {
		return func() bool {
			present := p.hub.Presence(id, empty)
			return slices.Equal(present[id], people) && present[empty] == nil
		}
	}
	eventually(t, "the writer is present", is(collab.Person{Account: want.Account, Name: want.Name, Organisation: want.Organisation, OrganisationName: want.OrganisationName}))
	p.freeze(id, true)
	eventually(t, "nobody may write", is())
	p.freeze(id, false)
	eventually(t, "somebody may write", func() bool { return !is()() })
	writer.conn.CloseNow()
	eventually(t, "nobody is present", is())
}

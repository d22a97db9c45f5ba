package postgres_test

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/directory"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/postgres/pgtest"
	"samsvar/internal/workflow"
)

// register is the directory on a database of its own, at a time of the test's choosing.
type register struct {
	directory.Service
	*testing.T
	db   *postgres.DB
	url  string // the owner's
	now  time.Time
	seen int64 // the last audit event that was counted
}

func openRegister(t *testing.T) *register {
	t.Helper()
	url := pgtest.Database(t)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	h := &register{T: t, db: db, url: url, now: dateIn("2021-09-21")}
	h.Service = directory.Service{Store: db.Directory(), Now: func() time.Time { return h.now }}
	return h
}

// loadedRegister has the embedded reference data in it.
func loadedRegister(t *testing.T) *register {
	h := openRegister(t)
	h.load(directory.Embedded())
	return h
}

func (h *register) load(files fs.FS) directory.Changes {
	h.Helper()
	ref, err := directory.Parse(files)
	if err != nil {
		h.Fatal(err)
	}
	changes, err := h.Load(h.Context(), ref)
	if err != nil {
		h.Fatal(err)
	}
	return changes
}

// person logs in and is given roles, as organisation:role.
func (h *register) person(name string, roles ...string) portal.Account {
	h.Helper()
	account, err := h.LogIn(h.Context(), directory.Identity{Issuer: "https://id.example", Subject: name, Name: name})
	if err != nil {
		h.Fatal(err)
	}
	for _, r := range roles {
		organisation, role, _ := strings.Cut(r, ":")
		if _, err := h.Grant(h.Context(), directory.System(), account.ID, portal.OrganisationID(organisation), portal.Role(role)); err != nil {
			h.Fatal(err)
		}
	}
	return account
}

// actor is a new person with the roles, acting for the first organisation.
func (h *register) actor(name string, roles ...string) portal.Actor {
	h.Helper()
	organisation, _, _ := strings.Cut(roles[0], ":")
	actor, err := h.ActingFor(h.Context(), h.person(name, roles...).ID, portal.OrganisationID(organisation))
	if err != nil {
		h.Fatal(err)
	}
	return actor
}

// events counts the audit events per action since the last call.
func (h *register) events() string {
	h.Helper()
	var out string
	err := h.db.Pool().QueryRow(h.Context(), `select coalesce(string_agg(action || ' ' || n, ', ' order by action), 'none')
		from (select action, count(*) as n from audit_event where id > $1 group by action) x`, h.seen).Scan(&out)
	if err != nil {
		h.Fatal(err)
	}
	h.forget()
	return out
}

// forget makes events count from here.
func (h *register) forget() {
	h.Helper()
	if err := h.db.Pool().QueryRow(h.Context(), `select coalesce(max(id), 0) from audit_event`).Scan(&h.seen); err != nil {
		h.Fatal(err)
	}
}

func (h *register) expect(err error, code string) {
	h.Helper()
	if code == "" && err != nil || code != "" && !portal.IsCode(err, code) {
		h.Errorf("%v, want %q", err, code)
	}
}

func dateIn(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, workflow.Oslo)
	if err != nil {
		panic(err)
	}
	return t
}

func TestLogInKnowsTheIdentityAndNothingElse(t *testing.T) {
	h := loadedRegister(t)
	h.forget()
	ada := directory.Identity{Issuer: "https://a.example", Subject: "1", Name: "Koordinator", Email: "post@kommune.example"}
	first, err := h.LogIn(t.Context(), ada)
	h.expect(err, "")
	ada.Name = "Koordinator med nytt navn"
	again, err := h.LogIn(t.Context(), ada)
	h.expect(err, "")
	if again.ID != first.ID || again.Name != ada.Name {
		t.Errorf("%+v after %+v", again, first)
	}
	for _, other := range []directory.Identity{{Issuer: "https://b.example", Subject: "1", Email: ada.Email}, {Issuer: ada.Issuer, Subject: "2", Email: ada.Email}} {
		stranger, err := h.LogIn(t.Context(), other)
		h.expect(err, "")
		if stranger.ID == first.ID {
			t.Errorf("%+v was taken for %+v", other, ada)
		}
	}
	if got := h.events(); got != "account.log_in 4" {
		t.Error(got)
	}
	ada.Level = portal.High
	_, err = h.LogIn(t.Context(), ada)
	h.expect(err, "")
	var how string
	h.expect(h.db.Pool().QueryRow(t.Context(), "select detail->>'issuer' || ' ' || (detail->>'level') from audit_event order by id desc limit 1").Scan(&how), "")
	if how != "https://a.example high" {
		t.Errorf("the trail says that somebody came by %q", how)
	}
	h.forget()
	_, err = h.LogIn(t.Context(), directory.Identity{Issuer: "https://a.example"})
	h.expect(err, "identity_incomplete")
	if got := h.events(); got != "none" {
		t.Error(got)
	}
}

func TestOneAccountActsForOneOrganisationAtATime(t *testing.T) {
	h := loadedRegister(t)
	account := h.person("Koordinator", "ostfold:reader", "k-3018:approver", "k-3018:coordinator", "k-1507:reader", "k-4601:reader")
	standing, err := h.Standing(t.Context(), account.ID)
	h.expect(err, "")
	var got []string
	for _, o := range standing.Options {
		got = append(got, fmt.Sprint(o.Organisation.Number, " ", o.Organisation.Name, " ", o.Roles))
	}
	want := []string{"4601 Bergen [reader]", " Helsefellesskapet Østfold [reader]", "3018 Våler (Viken) [coordinator approver]", "1507 Ålesund [reader]"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	h.now = dateIn("2024-02-02")
	actor, err := h.ActingFor(t.Context(), account.ID, "k-3018")
	h.expect(err, "")
	if actor.OrganisationName != "Våler (Østfold)" || actor.Kind != portal.Municipality || !slices.Equal(actor.Roles, []portal.Role{portal.Coordinator, portal.Approver}) {
		t.Errorf("%+v", actor)
	}
	for _, id := range []portal.OrganisationID{"k-3001", "bergen", "no-such"} {
		_, err := h.ActingFor(t.Context(), account.ID, id)
		h.expect(err, "not_found")
	}
	_, err = h.ActingFor(t.Context(), portal.AccountID(portal.NewID()), "k-3018")
	h.expect(err, "not_found")
}

func TestOnlyAdministratorsGiveAndTakeRoles(t *testing.T) {
	h := loadedRegister(t)
	admin := h.actor("Administrator", "drift:administrator")
	others := []portal.Actor{{}, h.actor("Departementet", "hod:case_officer"), h.actor("Sekretariat", "agder:secretariat"),
		h.actor("Godkjenner", "k-4204:approver"), h.actor("Kontakt", "helse-vest-rhf:regional_contact")}
	account := h.person("Ny").ID
	h.forget()
	for _, other := range others {
		_, err := h.Grant(t.Context(), other, account, "k-4204", portal.Reader)
		h.expect(err, "not_yours")
		_, err = h.Revoke(t.Context(), other, admin.Account, "drift", portal.Administrator)
		h.expect(err, "not_yours")
		_, err = h.Accounts(t.Context(), other)
		h.expect(err, "not_yours")
		_, err = h.Organisations(t.Context(), other)
		h.expect(err, "not_yours")
		h.expect(h.EnsureAccount(t.Context(), other, portal.Account{ID: account}), "not_yours")
	}
	if got := h.events(); got != "none" {
		t.Errorf("refused, and yet: %s", got)
	}
	for range 2 {
		detail, err := h.Grant(t.Context(), admin, account, "k-4204", portal.Coordinator)
		h.expect(err, "")
		if len(detail.Roles) != 1 || detail.Roles[0].Organisation.Name != "Kristiansand" || detail.Roles[0].Role != portal.Coordinator {
			t.Errorf("%+v", detail)
		}
	}
	for range 2 {
		detail, err := h.Revoke(t.Context(), admin, account, "k-4204", portal.Coordinator)
		h.expect(err, "")
		if len(detail.Roles) != 0 {
			t.Errorf("%+v", detail)
		}
	}
	if got := h.events(); got != "account.grant 1, account.revoke 1" {
		t.Error(got)
	}
}

func TestRolesFitTheOrganisation(t *testing.T) {
	h := loadedRegister(t)
	admin, account := h.actor("Administrator", "drift:administrator"), h.person("Ny").ID
	h.forget()
	for _, c := range []struct {
		account      portal.AccountID
		organisation portal.OrganisationID
		role         portal.Role
		code         string
	}{
		{account, "k-4204", portal.Administrator, "invalid_input"},
		{account, "k-4204", portal.Secretariat, "invalid_input"},
		{account, "hod", portal.Reader, "invalid_input"},
		{account, "agder", portal.Writer, "invalid_input"},
		{account, "agder", "emperor", "invalid_input"},
		{account, "no-such", portal.Reader, "invalid_input"},
		{portal.AccountID(portal.NewID()), "agder", portal.Reader, "not_found"},
		{"no uuid", "agder", portal.Reader, "not_found"},
	} {
		_, err := h.Grant(t.Context(), admin, c.account, c.organisation, c.role)
		h.expect(err, c.code)
	}
	if got := h.events(); got != "none" {
		t.Error(got)
	}
}

func TestSomebodyCanAlwaysGiveRoles(t *testing.T) {
	h := loadedRegister(t)
	one, two := h.actor("Den ene", "drift:administrator"), h.actor("Den andre", "drift:administrator")
	h.forget()
	// The one's role is being taken away, and that is not yet committed, when the other gives up theirs.
	ending, err := h.db.Pool().Begin(t.Context())
	h.expect(err, "")
	defer ending.Rollback(context.Background()) // gives the connection back when the test fails
	_, err = ending.Exec(t.Context(), `delete from account_role where account_id = $1`, string(one.Account))
	h.expect(err, "")
	result := make(chan error, 1)
	go func() {
		_, err := h.Revoke(t.Context(), two, two.Account, "drift", portal.Administrator)
		result <- err
	}()
	h.waitsForLock(result)
	h.expect(ending.Commit(t.Context()), "")
	h.expect(<-result, "last_administrator")
	if got := h.events(); got != "none" {
		t.Error(got)
	}
}

// Of a role that is given and a closing at once, whichever is second knows of the first.
func TestNoClosedAccountIsGivenARole(t *testing.T) {
	h := loadedRegister(t)
	admin := h.actor("Drift", "drift:administrator")
	grant := func(id portal.AccountID) error {
		_, err := h.Grant(t.Context(), admin, id, "vestfold", portal.Reader)
		return err
	}
	shut := func(id portal.AccountID) error {
		_, err := h.SetClosed(t.Context(), admin, id, true)
		return err
	}
	for name, c := range map[string]struct {
		first func(directory.Tx, portal.AccountID) error
		then  func(portal.AccountID) error
		code  string
	}{
		"closed first": {func(tx directory.Tx, id portal.AccountID) error {
			_, err := tx.CloseAccount(id, h.now)
			return err
		}, grant, "account_closed"},
		"granted first": {func(tx directory.Tx, id portal.AccountID) error {
			_, err := tx.Grant(id, "vestfold", portal.Reader, h.now)
			return err
		}, shut, ""},
	} {
		who := h.actor(name, "vestfold:secretariat")
		held, release, first, second := make(chan struct{}), make(chan struct{}), make(chan error, 1), make(chan error, 1)
		go func() {
			first <- h.Store.Write(t.Context(), func(tx directory.Tx) error {
				_, err := tx.LockAccount(who.Account)
				failed := cmp.Or(err, c.first(tx, who.Account))
				close(held)
				<-release
				if failed != nil {
					return failed
				}
				return tx.Audit(admin, portal.AuditEvent{At: h.now, Action: "test", Object: string(who.Account)})
			})
		}()
		<-held
		go func() { second <- c.then(who.Account) }()
		h.waitsForLock(second)
		close(release)
		h.expect(<-first, "")
		h.expect(<-second, c.code)
		account, roles, _, err := h.Store.Standing(t.Context(), who.Account, h.now)
		h.expect(err, "")
		if !account.Closed || len(roles) > 0 {
			t.Errorf("%s: %+v has %v", name, account, roles)
		}
	}
}

func TestAClosedAccountActsForNobody(t *testing.T) {
	h := loadedRegister(t)
	who := h.actor("Stengt", "vestfold:secretariat")
	_, err := h.db.Pool().Exec(t.Context(), "update account set closed_at = now() where id = $1", string(who.Account))
	h.expect(err, "")
	standing, err := h.Standing(t.Context(), who.Account)
	h.expect(err, "")
	if len(standing.Options)+len(standing.Actors()) > 0 {
		t.Errorf("it acts for %v", standing.Options)
	}
	_, err = h.ActingFor(t.Context(), who.Account, "vestfold")
	h.expect(err, "not_found")
}

// waitsForLock returns when a statement waits for another transaction; whoever
// answers before that did not wait.
func (h *register) waitsForLock(answer <-chan error) {
	h.Helper()
	owner, err := pgx.Connect(h.Context(), h.url) // who alone sees what others wait for
	h.expect(err, "")
	defer owner.Close(context.Background())
	for waiting := false; !waiting; {
		select {
		case err := <-answer:
			h.Fatalf("did not wait: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
		err := owner.QueryRow(h.Context(), `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waiting)
		h.expect(err, "")
	}
}

func TestCommunitiesAreSeenFromInside(t *testing.T) {
	h := loadedRegister(t)
	h.person("Leser", "agder:reader")
	for _, c := range []struct {
		actor portal.Actor
		sees  int
		agder string
	}{
		{h.actor("Administrator", "drift:administrator"), 19, ""},
		{h.actor("Departementet", "hod:case_officer"), 19, ""},
		{h.actor("Sekretariat", "agder:secretariat"), 1, ""},
		{h.actor("Koordinator", "k-4204:coordinator"), 1, ""},
		{h.actor("Skriver", "sorlandet-sykehus-hf:writer"), 1, ""},
		{h.actor("Skriver i to", "akershus-universitetssykehus-hf:writer"), 2, "not_found"},
		{h.actor("Nabo", "k-3814:coordinator"), 1, "not_found"},
		{h.actor("Kontakt", "helse-sor-ost-rhf:regional_contact"), 0, "not_found"},
		{h.actor("Forening", "ks:reader"), 0, "not_found"},
	} {
		list, err := h.Communities(t.Context(), c.actor)
		if err != nil || len(list) != c.sees {
			t.Errorf("%s sees %d communities, want %d (%v)", c.actor.Name, len(list), c.sees, err)
		}
		_, err = h.Community(t.Context(), c.actor, "agder")
		h.expect(err, c.agder)
		_, unknown := h.Community(t.Context(), c.actor, "no-such")
		if h.expect(unknown, "not_found"); err != nil && err.Error() != unknown.Error() {
			t.Errorf("%s can tell %q from %q", c.actor.Name, err, unknown)
		}
		_, err = h.Community(t.Context(), c.actor, c.actor.Organisation)
		if c.actor.Kind != portal.HealthCommunity {
			h.expect(err, "not_found")
		}
	}
	_, err := h.Communities(t.Context(), portal.Actor{})
	h.expect(err, "not_yours")
}

func TestCommunityTellsWhoItIs(t *testing.T) {
	h := loadedRegister(t)
	h.person("Skriver i Bergen", "helse-bergen-hf:writer")
	secretary := h.actor("Sekretær", "oslo:secretariat")
	h.person("Direktør", "lovisenberg-diakonale-sykehus:approver", "lovisenberg-diakonale-sykehus:writer")
	oslo, err := h.Community(t.Context(), secretary, "oslo")
	h.expect(err, "")
	var parties, people []string
	for _, p := range oslo.Parties {
		parties = append(parties, fmt.Sprint(p.Side, " ", p.Organisation.Name, " ", p.ValidFrom.Format(time.DateOnly), " ", p.ValidTo))
	}
	for _, p := range oslo.People {
		people = append(people, fmt.Sprint(p.Organisation, ": ", p.Name, " ", p.Role))
	}
	if want := []string{"hospital Akershus universitetssykehus HF 2020-01-01 <nil>", "hospital Diakonhjemmet Sykehus 2020-01-01 <nil>",
		"hospital Lovisenberg Diakonale Sykehus 2020-01-01 <nil>", "hospital Oslo universitetssykehus HF 2020-01-01 <nil>",
		"municipal Oslo 2020-01-01 <nil>"}; !slices.Equal(parties, want) {
		t.Errorf("%q", parties)
	}
	if want := []string{"Helsefellesskap Oslo: Sekretær secretariat", "Lovisenberg Diakonale Sykehus: Direktør writer",
		"Lovisenberg Diakonale Sykehus: Direktør approver"}; !slices.Equal(people, want) {
		t.Errorf("%q", people)
	}
	if len(oslo.Rules) != 1 || !reflect.DeepEqual(oslo.Rules[0].Rule, workflow.DefaultRule()) || oslo.Website == "" {
		t.Errorf("%+v %q", oslo.Rules, oslo.Website)
	}
}

func TestWorkingTitlesAreForAdministrators(t *testing.T) {
	h := loadedRegister(t)
	for actor, want := range map[string]bool{"drift:administrator": true, "hod:case_officer": false, "ahus:secretariat": false} {
		list, err := h.Communities(t.Context(), h.actor(actor, actor))
		h.expect(err, "")
		i := slices.IndexFunc(list, func(o portal.Organisation) bool { return o.ID == "ahus" })
		if list[i].Unverified != want {
			t.Errorf("%s sees a working title: %v", actor, !want)
		}
	}
}

func TestLanguageIsTheAccountsOwn(t *testing.T) {
	h := loadedRegister(t)
	actor := h.actor("Koordinator", "k-4204:coordinator")
	h.forget()
	for range 2 {
		h.expect(h.SetLanguage(t.Context(), actor, portal.Nynorsk), "")
	}
	if standing, err := h.Standing(t.Context(), actor.Account); err != nil || standing.Account.Language != portal.Nynorsk {
		t.Errorf("%+v %v", standing, err)
	}
	if got := h.events(); got != "account.set_language 1" {
		t.Error(got)
	}
	h.expect(h.SetLanguage(t.Context(), actor, "en"), "invalid_input")
	h.expect(h.SetLanguage(t.Context(), portal.Actor{}, portal.Bokmal), "not_yours")
	if got := h.events(); got != "none" {
		t.Error(got)
	}
}

func TestEnsuredAccountIsTheOneThatLogsIn(t *testing.T) {
	h := loadedRegister(t)
	h.forget()
	persona := portal.Account{ID: "00000000-0000-4000-8000-000000000001", Issuer: "https://id.example", Subject: "persona", Name: "Persona", Language: portal.Nynorsk, Reminders: portal.RemindDaily}
	for range 2 {
		h.expect(h.EnsureAccount(t.Context(), directory.System(), persona), "")
	}
	got, err := h.LogIn(t.Context(), directory.Identity{Issuer: persona.Issuer, Subject: persona.Subject, Name: persona.Name})
	if err != nil || got != persona {
		t.Errorf("%+v %v", got, err)
	}
	other := persona
	other.Subject = "another"
	h.expect(h.EnsureAccount(t.Context(), directory.System(), other), "account_taken")
	if got := h.events(); got != "account.create 1, account.log_in 1" {
		t.Error(got)
	}
}

func TestListsTakeTheSameNumberOfQueriesHoweverLong(t *testing.T) {
	h := loadedRegister(t)
	admin := h.actor("Administrator", "drift:administrator")
	lists := map[string]func(context.Context) error{
		"accounts":      func(ctx context.Context) error { _, err := h.Accounts(ctx, admin); return err },
		"organisations": func(ctx context.Context) error { _, err := h.Organisations(ctx, admin); return err },
		"communities":   func(ctx context.Context) error { _, err := h.Communities(ctx, admin); return err },
		"community":     func(ctx context.Context) error { _, err := h.Community(ctx, admin, "innlandet"); return err },
	}
	count := h.db.CountQueries()
	measure := func() map[string]int {
		out := map[string]int{}
		for name, list := range lists {
			before := count()
			h.expect(list(t.Context()), "")
			out[name] = count() - before
		}
		return out
	}
	few := measure()
	for i := range 20 {
		h.person(fmt.Sprint("Leser ", i), "innlandet:reader", "sykehuset-innlandet-hf:writer")
	}
	if many := measure(); fmt.Sprint(few) != fmt.Sprint(many) || few["community"] == 0 || few["community"] > 4 {
		t.Errorf("%v with few accounts, %v with many", few, many)
	}
}

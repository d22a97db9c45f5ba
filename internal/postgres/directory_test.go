package postgres_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

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
	now  time.Time
	seen int64 // the last audit event that was counted
}

func openRegister(t *testing.T) *register {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	h := &register{T: t, db: db, now: dateIn("2021-09-21")}
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

// editedFiles gives the embedded files with texts in them replaced, in pairs of file name, old and new.
func editedFiles(t *testing.T, replacements ...string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"helsefellesskap.csv", "kommuner.csv", "kommuneendringer.csv"} {
		raw, err := fs.ReadFile(directory.Embedded(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: raw}
	}
	for r := range slices.Chunk(replacements, 3) {
		text := string(files[r[0]].Data)
		if strings.Count(text, r[1]) != 1 {
			t.Fatalf("%s has %q %d times", r[0], r[1], strings.Count(text, r[1]))
		}
		files[r[0]].Data = []byte(strings.Replace(text, r[1], r[2], 1))
	}
	return files
}

func TestMembershipsAreThoseOfTheDate(t *testing.T) {
	h := loadedRegister(t)
	f, err := directory.Embedded().Open("helsefellesskap.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for date, c := range map[string]struct {
		column string
		total  int
	}{"2021-09-21": {"antall_kommuner_2021_09_21", 356}, "2024-04-01": {"antall_kommuner_2024_04_01", 357}} {
		all, err := h.Store.MunicipalitiesOn(t.Context(), dateIn(date))
		if err != nil || len(all) != c.total {
			t.Errorf("%s: %d municipalities, want %d (%v)", date, len(all), c.total, err)
		}
		column := slices.Index(lines[0], c.column)
		for _, line := range lines[1:] {
			parties, err := h.Store.PartiesOf(t.Context(), portal.OrganisationID(line[0]), dateIn(date))
			if err != nil {
				t.Fatal(err)
			}
			municipal := len(slices.DeleteFunc(parties, func(p directory.CommunityParty) bool { return p.Side != portal.MunicipalSide }))
			if fmt.Sprint(municipal) != line[column] {
				t.Errorf("%s on %s: %d municipalities, want %s", line[0], date, municipal, line[column])
			}
		}
	}
}

func TestNamesAndNumbersAreThoseOfTheDate(t *testing.T) {
	h := loadedRegister(t)
	admin := h.actor("Administrator", "drift:administrator")
	for date, want := range map[string][2]string{
		"2021-09-21": {"3018 Våler (Viken)", "1507 Ålesund"},
		"2023-12-31": {"3018 Våler (Viken)", "1507 Ålesund"},
		"2024-01-01": {"3114 Våler (Østfold)", " Ålesund"},
	} {
		h.now = dateIn(date)
		all, err := h.Organisations(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		got := map[portal.OrganisationID]string{}
		for _, d := range all {
			got[d.Organisation.ID] = d.Organisation.Number + " " + d.Organisation.Name
		}
		if got["k-3018"] != want[0] || got["k-1507"] != want[1] {
			t.Errorf("%s: %q and %q", date, got["k-3018"], got["k-1507"])
		}
	}
	h.now = dateIn("2024-01-01").Add(-time.Minute)
	if c, err := h.Community(t.Context(), admin, "more-og-romsdal"); err != nil || len(c.Parties) != 27 {
		t.Errorf("a minute before midnight in Norway it is already next year: %d parties (%v)", len(c.Parties), err)
	}
}

func TestLoadingAgainChangesNothing(t *testing.T) {
	h := loadedRegister(t)
	if got := h.events(); got != "reference.load 1" {
		t.Errorf("after the first load: %s", got)
	}
	h.now = dateIn("2026-05-05")
	if changes := h.load(directory.Embedded()); changes.Any() {
		t.Errorf("%+v", changes)
	}
	if got := h.events(); got != "none" {
		t.Errorf("after the second load: %s", got)
	}
	var account *string
	var name string
	if err := h.db.Pool().QueryRow(t.Context(), `select account_id, account_name from audit_event`).Scan(&account, &name); err != nil || account != nil || name != "samsvar" {
		t.Errorf("loaded by %q, account %v (%v)", name, account, err)
	}
}

func TestLoadsAtOnceLoadOnce(t *testing.T) {
	h := openRegister(t)
	ref, err := directory.Parse(directory.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := h.Load(t.Context(), ref); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := h.events(); got != "reference.load 1" {
		t.Error(got)
	}
}

// newerFiles has Halden and Hvaler merged into a new municipality in 2027, Ås moved to
// another community, a community's name found, and a hospital come and one gone.
func newerFiles(t *testing.T) fs.FS {
	const k, c, e = "kommuner.csv", "helsefellesskap.csv", "kommuneendringer.csv"
	return editedFiles(t,
		k, "3101,Halden,Halden,Halden,,,,31,Østfold,2024-01-01,,bokmål,ostfold,middels,\n",
		"3101,Halden,Halden,Halden,,,,31,Østfold,2024-01-01,2027-01-01,bokmål,ostfold,middels,\n"+
			"3199,Haldenøyene,Haldenøyene,Haldenøyene,,,,31,Østfold,2027-01-01,,bokmål,ostfold,hoy,\n",
		k, "3110,Hvaler,Hvaler,Hvaler,,,,31,Østfold,2024-01-01,,bokmål,ostfold,middels,",
		"3110,Hvaler,Hvaler,Hvaler,,,,31,Østfold,2024-01-01,2027-01-01,bokmål,ostfold,middels,",
		k, "3218,Ås,Ås,Ås,,,,32,Akershus,2024-01-01,,nøytral,ahus,middels,",
		"3218,Ås,Ås,Ås,,,,32,Akershus,2024-01-01,2026-01-01,nøytral,ahus,middels,\n"+
			"3218,Ås,Ås,Ås,,,,32,Akershus,2026-01-01,,nøytral,ostfold,hoy,",
		c, "ostfold,Helsefellesskapet Østfold,ikke_verifisert,", "ostfold,Helsefellesskapet i Østfold,verifisert,",
		c, "; Diakonhjemmet Sykehus;", "; Nytt sykehus;",
		e, "2024-01-01,3001,", "2027-01-01,3101,Halden,3199,Haldenøyene,merge,\n2027-01-01,3110,Hvaler,3199,Haldenøyene,merge,\n2024-01-01,3001,")
}

func TestNewerFilesAreLoadedOverOlder(t *testing.T) {
	h := loadedRegister(t)
	h.person("Koordinator", "k-3001:coordinator")
	h.forget()
	h.now = dateIn("2026-05-05")
	want := directory.Changes{
		Organisations: directory.Count{Added: 2, Changed: 1}, // Haldenøyene, Nytt sykehus; Østfold
		Periods:       directory.Count{Added: 2, Changed: 3}, // Haldenøyene, Ås; Halden, Hvaler, Ås
		Memberships:   directory.Count{Added: 3, Changed: 4}, // Haldenøyene, Ås, Nytt sykehus; Halden, Hvaler, Ås, Diakonhjemmet
	}
	if got := h.load(newerFiles(t)); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := h.events(); got != "reference.load 1" {
		t.Error(got)
	}
	admin := h.actor("Administrator", "drift:administrator")
	for _, c := range []struct{ date, community, in, out string }{
		{"2025-12-31", "ostfold", "Halden", "Ås"},
		{"2026-01-01", "ostfold", "Ås", "Haldenøyene"},
		{"2027-01-01", "ostfold", "Haldenøyene", "Hvaler"},
		{"2026-01-01", "ahus", "Nesodden", "Ås"},
		{"2026-05-04", "oslo", "Diakonhjemmet Sykehus", "Nytt sykehus"},
		{"2026-05-05", "oslo", "Nytt sykehus", "Diakonhjemmet Sykehus"},
	} {
		h.now = dateIn(c.date)
		got, err := h.Community(t.Context(), admin, portal.OrganisationID(c.community))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range got.Parties {
			names = append(names, p.Organisation.Name)
		}
		if !slices.Contains(names, c.in) || slices.Contains(names, c.out) {
			t.Errorf("%s on %s: %q", c.community, c.date, names)
		}
		if c.community == "ostfold" && (got.Organisation.Unverified || got.Organisation.Name != "Helsefellesskapet i Østfold") {
			t.Errorf("%+v", got.Organisation)
		}
	}
	h.now = dateIn("2027-02-02")
	if again := h.load(newerFiles(t)); again.Any() {
		t.Errorf("the newer files loaded again: %+v", again)
	}
}

func TestFilesThatForgetAMunicipalityAreRefused(t *testing.T) {
	h := loadedRegister(t)
	h.forget()
	// Halden's new number becomes a new municipality, and the old one has no rows.
	ref, err := directory.Parse(editedFiles(t, "kommuner.csv", "3001,Halden,Halden,Halden,,,,30,Viken,2020-01-01,2024-01-01,bokmål,ostfold,middels,\n", "",
		"kommuneendringer.csv", "2024-01-01,3001,Halden,3101,Halden,renumber,\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Load(t.Context(), ref)
	h.expect(err, "reference_incomplete")
	if !strings.Contains(fmt.Sprint(err), "k-3001 Halden") {
		t.Error(err)
	}
	if got := h.events(); got != "none" {
		t.Error(got)
	}
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
	_, err = h.LogIn(t.Context(), directory.Identity{Issuer: "https://a.example"})
	h.expect(err, "identity_incomplete")
	if got := h.events(); got != "none" {
		t.Error(got)
	}
}

func TestOneAccountActsForOneOrganisationAtATime(t *testing.T) {
	h := loadedRegister(t)
	account := h.person("Koordinator", "ostfold:reader", "k-3018:approver", "k-3018:coordinator", "k-1507:reader", "k-4601:reader")
	options, err := h.Options(t.Context(), account.ID)
	h.expect(err, "")
	var got []string
	for _, o := range options {
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
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, self := range []portal.Actor{one, two} {
		wg.Go(func() { _, errs[i] = h.Revoke(t.Context(), self, self.Account, "drift", portal.Administrator) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !portal.IsCode(errors.Join(errs...), "last_administrator") {
		t.Errorf("both at once: %v", errs)
	}
	if got := h.events(); got != "account.revoke 1" {
		t.Error(got)
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
	if oslo.Rule != workflow.DefaultRule() || oslo.Website == "" {
		t.Errorf("%+v %q", oslo.Rule, oslo.Website)
	}
	if _, err := h.db.Pool().Exec(t.Context(), `insert into community_rule values ('oslo', '{"hospitalPercent": 75, "municipalPercent": 100}')`); err != nil {
		t.Fatal(err)
	}
	oslo, err = h.Community(t.Context(), secretary, "oslo")
	h.expect(err, "")
	if oslo.Rule != (portal.Rule{HospitalPercent: 75, MunicipalPercent: 100}) {
		t.Errorf("%+v", oslo.Rule)
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
	if account, err := h.Account(t.Context(), actor.Account); err != nil || account.Language != portal.Nynorsk {
		t.Errorf("%+v %v", account, err)
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
	persona := portal.Account{ID: "00000000-0000-4000-8000-000000000001", Issuer: "https://id.example", Subject: "persona", Name: "Persona", Language: portal.Nynorsk}
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
		"options":       func(ctx context.Context) error { _, err := h.Options(ctx, admin.Account); return err },
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

package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"samsvar/internal/directory"
	"samsvar/internal/mailing"
	"samsvar/internal/mailing/mailtest"
	"samsvar/internal/meeting"
	"samsvar/internal/notice"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/signoff"
	"samsvar/internal/workflow"
)

// postOffice is a house with a mail server, and a response that is about to be laid before its parties.
type postOffice struct {
	*house
	server      *mailtest.Server
	notices     notice.Service
	secretariat portal.Actor
	approvers   []portal.Actor // of the parties, each with an address; every second one reads nynorsk
	response    portal.ResponseID
}

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	o := &postOffice{house: newHouse(t), server: mailtest.Start(t)}
	o.now = time.Date(2022, 2, 1, 5, 0, 0, 0, workflow.Oslo) // before anybody is reminded of anything
	o.notices = o.service(o.db)
	v := o.openRound(o.as("hod", portal.CaseOfficer))
	o.secretariat = o.person("sekretariat", portal.Bokmal, "vestfold", portal.Secretariat)
	r, err := o.consult.Start(t.Context(), o.secretariat, v.ID, portal.Joint, portal.Bokmal)
	must(t, err)
	o.response = r.ID
	for i, p := range r.Parties {
		language := []portal.Language{portal.Bokmal, portal.Nynorsk}[i%2]
		o.approvers = append(o.approvers, o.person(string(p.Organisation.ID), language, p.Organisation.ID, portal.Approver))
	}
	for n := 1; n <= 6; n++ {
		o.write(r, n, "Fortrolig utkast.")
	}
	o.ready(o.secretariat, r)
	o.person("nabo", portal.Bokmal, "agder", portal.Secretariat)
	must(t, o.notices.Once(t.Context()))
	o.server.Taken()
	return o
}

func (o *postOffice) service(db *postgres.DB) notice.Service {
	o.t.Helper()
	sender, err := mailing.NewSMTP(o.server.Address, "Samsvar <samsvar@example.no>", func() time.Time { return o.now })
	must(o.t, err)
	return notice.Service{Store: db.Told(), Sender: sender, Eyes: eyes{o.house}, Base: "https://samsvar.example.no",
		Now: func() time.Time { return o.now }, Logger: slog.New(slog.DiscardHandler)}
}

// eyes show what the house shows.
type eyes struct{ *house }

func (e eyes) Actors(ctx context.Context, account portal.AccountID) ([]portal.Actor, error) {
	standing, err := e.directory.Standing(ctx, account)
	return standing.Actors(), err
}

func (e eyes) Owed(ctx context.Context, actor portal.Actor) (owed []notice.Turn, err error) {
	mine, err := e.consult.MyTurn(ctx, actor)
	for _, t := range mine.Tasks {
		owed = append(owed, notice.Turn(t))
	}
	return owed, err
}

// person makes an account with an address.
func (o *postOffice) person(name string, language portal.Language, organisation portal.OrganisationID, roles ...portal.Role) portal.Actor {
	o.t.Helper()
	a := portal.Account{ID: portal.AccountID(portal.NewID()), Issuer: "test", Subject: portal.NewID(), Name: name + " Eksempel", Email: name + "@example.com", Language: language}
	must(o.t, o.directory.EnsureAccount(o.t.Context(), directory.System(), a))
	for _, role := range roles {
		_, err := o.directory.Grant(o.t.Context(), directory.System(), a.ID, organisation, role)
		must(o.t, err)
	}
	actor, err := o.directory.ActingFor(o.t.Context(), a.ID, organisation)
	must(o.t, err)
	return actor
}

func (o *postOffice) stand() portal.Response {
	o.t.Helper()
	r, err := o.consult.Response(o.t.Context(), o.secretariat, o.response)
	must(o.t, err)
	return r
}

func (o *postOffice) freeze() {
	o.t.Helper()
	_, err := o.document.Freeze(o.t.Context(), o.secretariat, o.response, o.stand().Version)
	must(o.t, err)
}

func (o *postOffice) reopen() {
	o.t.Helper()
	must(o.t, o.document.Reopen(o.t.Context(), o.secretariat, o.response, o.stand().Version, "En presisering."))
}

// mails are those that come now, by whom they are to: the part of the address before the @.
func (o *postOffice) mails() map[string]mailtest.Mail {
	o.t.Helper()
	must(o.t, o.notices.Once(o.t.Context()))
	out := map[string]mailtest.Mail{}
	for _, m := range o.server.Taken() {
		name, _, _ := strings.Cut(m.To, "@")
		if _, twice := out[name]; twice {
			o.t.Errorf("%s got two mails", name)
		}
		out[name] = m
	}
	return out
}

func to(mails map[string]mailtest.Mail) (names []string) {
	for name := range mails {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func names(actors ...portal.Actor) (names []string) {
	for _, a := range actors {
		names = append(names, strings.TrimSuffix(a.Name, " Eksempel"))
	}
	slices.Sort(names)
	return names
}

func (o *postOffice) wantMail(what string, want ...portal.Actor) map[string]mailtest.Mail {
	o.t.Helper()
	got := o.mails()
	if !slices.Equal(to(got), names(want...)) {
		o.t.Errorf("%s: mail to %v, not %v", what, to(got), names(want...))
	}
	for name, m := range got {
		if strings.Contains(m.Subject+m.Text+m.HTML, "Fortrolig") || strings.Contains(m.Subject+m.Text+m.HTML, "uenige") {
			o.t.Errorf("%s: the mail to %s tells of the text: %s", what, name, m.Text)
		}
	}
	return got
}

func TestPeopleAreToldWhatTheyOweInTheirOwnLanguage(t *testing.T) {
	o := newPostOffice(t)
	o.freeze()
	got := o.wantMail("laid before the parties", o.approvers...)
	first, second := o.approvers[0], o.approvers[1]
	for who, want := range map[string][]string{
		names(first)[0]: {"Ta standpunkt til innspillet fra Helsefellesskapet i Vestfold innen 1. april 2022", "Gjelder: " + first.OrganisationName, "Frist: fredag 1. april 2022\n",
			fmt.Sprintf("https://samsvar.example.no/responses/%s/signoff?for=%s", o.response, first.Organisation)},
		names(second)[0]: {"Ta standpunkt til innspelet frå Helsefellesskapet i Vestfold innan 1. april 2022", "Gjeld: " + second.OrganisationName, "Dette ventar på deg:"},
	} {
		m := got[who]
		for _, words := range want {
			if !strings.Contains(m.Subject+"\n"+m.Text, words) {
				t.Errorf("%s does not read %q:\n%s\n%s", who, words, m.Subject, m.Text)
			}
		}
		if !strings.Contains(m.HTML, "/signoff?for=") {
			t.Errorf("no link: %s", m.HTML)
		}
	}
	if again := o.mails(); len(again) != 0 {
		t.Errorf("told twice: %v", to(again))
	}
	told, err := o.notices.Notices(t.Context(), first)
	must(t, err)
	if len(told) == 0 || told[0].Kind != "laid_before" || told[0].Read {
		t.Fatalf("%+v", told)
	}
	must(t, o.notices.MarkRead(t.Context(), first, told[0].ID))
	if told, _ = o.notices.Notices(t.Context(), first); !told[0].Read {
		t.Error("not marked as read")
	}
	if others, _ := o.notices.Notices(t.Context(), second); others[0].Read {
		t.Error("one's own mark is another's")
	}
}

func TestWhatMustBeKnownIsToldAtOnceAndOnlyToThose(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	a := o.approvers
	for _, who := range append(slices.Clone(a), o.secretariat) { // whatever they have chosen
		must(t, o.directory.SetReminders(ctx, who, portal.RemindNever))
	}
	o.freeze()
	o.wantMail("laid before the parties", a...)
	for _, who := range a[:3] {
		must(t, o.approve(who, o.response, portal.Approved))
	}
	o.wantMail("approved")
	must(t, o.approve(a[3], o.response, portal.Rejected))
	rejected := o.wantMail("rejected", a[0], a[1], a[2], o.secretariat)
	if m := rejected["sekretariat"]; !strings.HasPrefix(m.Subject, "Finn en løsning") || strings.Contains(m.Text, a[3].OrganisationName) {
		t.Errorf("%s\n%s", m.Subject, m.Text)
	}
	o.reopen()
	o.wantMail("reopened", a[:4]...)
	o.write(o.stand(), 4, "Fortrolig presisering.")
	o.freeze()
	stale := o.wantMail("changed after the positions", a...)
	if m := stale[names(a[0])[0]]; !strings.HasPrefix(m.Subject, "Oppretthold eller endre") {
		t.Errorf("%s", m.Subject)
	}
	r := o.stand()
	for _, who := range a[:3] {
		must(t, o.signoff.Confirm(ctx, who, r.ID, signoff.Position{Freeze: r.Freeze.ID, Hashes: r.Hashes()}))
	}
	for _, who := range a[3:] {
		must(t, o.approve(who, o.response, portal.Approved))
	}
	o.wantMail("approved again")
	hod := o.as("hod", portal.CaseOfficer)
	_, err := o.consult.Extend(ctx, hod, r.Round.ID, "vestfold", time.Date(2022, 4, 8, 23, 59, 59, 0, workflow.Oslo), "Ferie.")
	must(t, err)
	extended := o.wantMail("extended for the community", append(slices.Clone(a), o.secretariat)...)
	if m := extended[names(a[0])[0]]; !strings.Contains(m.Text, "Fristen er forlenget til fredag 8. april 2022.") {
		t.Errorf("%s", m.Text)
	}
	must(t, o.signoff.Decide(ctx, o.secretariat, r.ID, r.Freeze.ID, portal.Decision{Level: "strategic", Body: "SSU", DecidedOn: o.now, CaseNumber: "1"}))
	receipt, err := o.consult.Submit(ctx, o.secretariat, r.ID, r.Freeze.ID, r.Freeze.Hash)
	must(t, err)
	submitted := o.wantMail("submitted", a...)
	if m := submitted[names(a[0])[0]]; !strings.Contains(m.Text, "/receipt?for=") {
		t.Errorf("%s", m.Text)
	}
	must(t, o.consult.Return(ctx, hod, r.ID, receipt.Number, "Et vedlegg mangler."))
	o.wantMail("returned", append(slices.Clone(a), o.secretariat)...)
}

func TestSilenceIsWarnedOfWithItsDate(t *testing.T) {
	o := newPostOffice(t)
	rule := workflow.DefaultRule()
	rule.SilenceDays = 14
	_, err := o.directory.SetRule(t.Context(), o.secretariat, "vestfold", rule, "Vedtak.", 0)
	must(t, err)
	o.freeze()
	must(t, o.approve(o.approvers[0], o.response, portal.Approved))
	o.mails()
	unreached := o.approvers[1]
	o.server.Answer(func(to string) error {
		if to == names(unreached)[0]+"@example.com" {
			return mailtest.Permanent
		}
		return nil
	})
	warn := func() { must(t, o.signoff.WarnOfSilence(t.Context(), o.secretariat, o.response, o.stand().Freeze.ID)) }
	warn()
	came := func(who portal.Actor) *portal.SilenceWarning {
		p, _ := o.stand().Party(who.Organisation)
		return p.Warning
	}
	if w := came(o.approvers[2]); w.DeliveredAt != nil {
		t.Error("it came before it was sent")
	}
	o.now = o.now.Add(20 * time.Hour) // nobody was there to send it
	got := o.wantMail("warned", o.approvers[2:]...)
	if m := got[names(o.approvers[2])[0]]; !strings.Contains(m.Text, "Svarer dere ikke før ") || !strings.Contains(m.Text, "februar 2022") {
		t.Errorf("%s", m.Text)
	}
	if w := came(o.approvers[2]); w.DeliveredAt == nil || !w.CountsFrom.Equal(workflow.SilenceCountsFrom(rule, o.now)) {
		t.Errorf("what came by mail counts from that day: %+v", w)
	}
	o.wantCame("mail", o.approvers[2:]...)
	if w := came(unreached); w.DeliveredAt != nil || w.Counts(o.now.AddDate(1, 0, 0)) {
		t.Errorf("what the mail server refused counts: %+v", w)
	}
	o.server.Answer(func(string) error { return nil })
	o.now = o.now.Add(20 * time.Hour)
	o.mails()
	before := o.audits()
	warn() // those alone whom it has not reached
	o.wantMail("warned once more", unreached)
	o.wantCame("mail", append(slices.Clone(o.approvers[2:]), unreached)...)
	if came(unreached).DeliveredAt == nil || o.audits() != before+2 {
		t.Error("the second warning did not come")
	}
	warn()
	if o.audits() != before+2 {
		t.Error("those are warned whom it has reached")
	}
}

func TestAWarningOfSilenceComesInThePageToo(t *testing.T) {
	o := newPostOffice(t)
	rule := workflow.DefaultRule()
	rule.SilenceDays = 14
	_, err := o.directory.SetRule(t.Context(), o.secretariat, "vestfold", rule, "Vedtak.", 0)
	must(t, err)
	o.freeze()
	o.server.Answer(func(string) error { return mailtest.Permanent })
	o.mails()
	must(t, o.signoff.WarnOfSilence(t.Context(), o.secretariat, o.response, o.stand().Freeze.ID))
	o.mails()
	who := o.approvers[1]
	told, err := o.notices.Notices(portal.Acting(t.Context(), who), who)
	must(t, err)
	o.now = o.now.Add(time.Hour)
	must(t, o.notices.MarkRead(portal.Acting(t.Context(), who), who, told[0].ID))
	for i, p := range o.stand().Parties {
		if p.Organisation.ID == who.Organisation != (p.Warning.DeliveredAt != nil) {
			t.Errorf("party %d: %+v", i, p.Warning)
		}
	}
	if p, _ := o.stand().Party(who.Organisation); !p.Warning.DeliveredAt.Equal(o.now) {
		t.Errorf("%+v", p.Warning)
	}
	must(t, o.notices.MarkRead(portal.Acting(t.Context(), who), who, told[0].ID)) // which has come already
	o.wantCame("page", who)
	if e := trail(t, o.db); e[len(e)-1].Account != string(who.Account) {
		t.Errorf("it came to %q, who is not the one that read it", e[len(e)-1].AccountName)
	}
}

// wantCame says that every delivery of a warning is told of by one event, in the words that are evidence later.
func (o *postOffice) wantCame(means string, to ...portal.Actor) {
	o.t.Helper()
	var got, want []string
	for _, e := range trail(o.t, o.db) {
		if e.Action == "response.warning_came" {
			var d struct{ Party, Means, DeliveredAt string }
			must(o.t, json.Unmarshal(e.Detail, &d))
			at, err := time.Parse(time.RFC3339, d.DeliveredAt)
			if p, found := o.stand().Party(portal.OrganisationID(e.Organisation)); err != nil || !found || p.Organisation.Name != d.Party || p.Warning == nil ||
				!p.Warning.DeliveredAt.Equal(at) || d.Means != means || e.Response != string(o.response) {
				o.t.Errorf("it tells another thing than what is kept: %+v %s", e, e.Detail)
			}
			got = append(got, e.Organisation)
		}
	}
	for _, who := range to {
		want = append(want, string(who.Organisation))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		o.t.Errorf("events tell that the warning came to %v, and it came to %v", got, want)
	}
}

// Who is offered to join a separate answer is told when its text is held still, or when the offer is made after that.
func TestWhoIsOfferedToJoinIsTold(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	writer := o.person("skriver", portal.Bokmal, "k-4203", portal.Coordinator)
	before, after := o.person("forst", portal.Bokmal, "k-4204", portal.Approver), o.person("sist", portal.Nynorsk, "k-4205", portal.Approver)
	r, err := o.consult.Start(ctx, writer, o.stand().Round.ID, portal.Separate, portal.Bokmal)
	must(t, err)
	for n := 1; n <= 6; n++ {
		o.write(r, n, "Fortrolig utkast.")
	}
	_, err = o.consult.Offer(ctx, writer, r.ID, before.Organisation)
	must(t, err)
	o.wantMail("offered while it is written")
	r = o.ready(writer, r)
	_, err = o.document.Freeze(ctx, writer, r.ID, r.Version)
	must(t, err)
	o.wantMail("the text is held still", before)
	_, err = o.consult.Offer(ctx, writer, r.ID, after.Organisation)
	must(t, err)
	got := o.wantMail("offered afterwards", after)
	if m := got["sist"]; !strings.HasPrefix(m.Subject, "Sei om de sluttar dykk til") {
		t.Errorf("%s\n%s", m.Subject, m.Text)
	}
	_, err = o.consult.TakeOfferBack(ctx, writer, r.ID, after.Organisation)
	must(t, err)
	if told, err := o.notices.Notices(portal.Acting(ctx, after), after); err != nil || len(told) != 0 {
		t.Errorf("still sees %+v, %v", told, err)
	}
}

func TestNobodyWhoHasActedIsReminded(t *testing.T) {
	o := newPostOffice(t)
	o.server.Answer(func(string) error { return mailtest.Temporary })
	o.freeze()
	o.wantMail("the server takes nothing")
	must(t, o.approve(o.approvers[0], o.response, portal.Approved))
	o.server.Answer(func(string) error { return nil })
	o.now = o.now.Add(time.Minute)
	o.wantMail("one has acted meanwhile", o.approvers[1:]...)

	o.now = time.Date(2022, 2, 2, 6, 59, 59, 0, workflow.Oslo)
	o.wantMail("before seven")
	o.now = o.now.Add(time.Second)
	morning := o.mails()
	for _, who := range names(o.approvers[1:]...) {
		if !strings.HasPrefix(morning[who].Subject, "Ta standpunkt til") {
			t.Errorf("%s is not reminded: %q", who, morning[who].Subject)
		}
	}
	if _, reminded := morning[names(o.approvers[0])[0]]; reminded {
		t.Error("who has acted is reminded")
	}
	o.now = o.now.Add(10 * time.Hour)
	o.wantMail("once a day")
	must(t, o.directory.SetReminders(t.Context(), o.approvers[1], portal.RemindNever))
	o.now = o.now.AddDate(0, 0, 1)
	next := o.mails()
	if _, reminded := next[names(o.approvers[1])[0]]; reminded {
		t.Error("who wants no reminders is reminded")
	}
	if _, reminded := next[names(o.approvers[2])[0]]; !reminded {
		t.Error("the next day has no reminder")
	}
}

// With somebody's leave to be told at once, what becomes theirs to do is told at once; to the others it comes in the morning.
func TestRemindersComeAtOnceToThoseWhoWantThat(t *testing.T) {
	o := newPostOffice(t)
	eager, patient := o.approvers[0], o.approvers[1]
	must(t, o.directory.SetReminders(t.Context(), eager, portal.RemindAtOnce))
	o.freeze()
	for _, who := range o.approvers {
		must(t, o.approve(who, o.response, portal.Approved))
	}
	o.mails()
	must(t, o.approve(o.approvers[2], o.response, portal.ApprovedWithRemark))
	got := o.wantMail("a remark to be seen", eager)
	if m := got[names(eager)[0]]; !strings.HasPrefix(m.Subject, "Les særmerknader") {
		t.Errorf("%s", m.Subject)
	}
	o.now = time.Date(2022, 2, 2, 7, 0, 0, 0, workflow.Oslo)
	if m := o.mails()[names(patient)[0]]; !strings.HasPrefix(m.Subject, "Les særmerknader") {
		t.Errorf("%q", m.Subject)
	}
}

// A stand-in is told like the approver, for as long as the mandate holds.
func TestAStandInIsToldAndReminded(t *testing.T) {
	o := newPostOffice(t)
	director := o.approvers[1]
	deputy := o.person("vikar", portal.Nynorsk, director.Organisation, portal.Reader)
	given, err := o.directory.GiveMandate(t.Context(), director, portal.MandateID(portal.NewID()),
		directory.MandateInput{Holder: deputy.Account, From: deputy.Organisation, Response: o.response, Begins: o.now, Ends: o.now.AddDate(0, 0, 7)})
	must(t, err)
	o.freeze()
	mails := o.wantMail("laid before the approvers and the stand-in", append(slices.Clone(o.approvers), deputy)...)
	if m := mails[names(deputy)[0]]; !strings.HasPrefix(m.Subject, "Ta standpunkt til") {
		t.Errorf("%q", m.Subject)
	}
	morning := time.Date(2022, 2, 2, 7, 0, 0, 0, workflow.Oslo)
	o.now = morning
	if _, reminded := o.mails()[names(deputy)[0]]; !reminded {
		t.Error("the stand-in is not reminded")
	}
	must(t, o.approve(director, o.response, portal.Approved))
	o.now = morning.AddDate(0, 0, 1)
	if _, reminded := o.mails()[names(deputy)[0]]; reminded {
		t.Error("the stand-in is reminded of what the approver has done")
	}
	_, err = o.directory.EndMandate(t.Context(), director, given.Given[0].ID, "Tilbake.")
	must(t, err)
	o.reopen()
	o.mails()
	o.freeze()
	if _, told := o.mails()[names(deputy)[0]]; told {
		t.Error("who stands in no more is told")
	}
}

func TestWhoIsGivenAMandateIsTold(t *testing.T) {
	o := newPostOffice(t)
	giver, holder := o.approvers[1], o.approvers[2]
	given, err := o.directory.GiveMandate(t.Context(), giver, portal.MandateID(portal.NewID()), directory.MandateInput{Holder: holder.Account, From: holder.Organisation, Response: o.response,
		Begins: o.now, Ends: o.now.AddDate(0, 1, 0), Reason: "Regionrådet samordner.", RestsOn: "Avtalen"})
	must(t, err)
	m := o.wantMail("given a mandate", holder)[names(holder)[0]]
	if !strings.Contains(m.Text, giver.Addressed()+" har gitt deg fullmakt") || !strings.Contains(m.Text, "/mandates?for="+string(holder.Organisation)) || strings.Contains(m.Text, "Regionrådet") {
		t.Errorf("%s", m.Text)
	}
	_, err = o.directory.EndMandate(t.Context(), giver, given.Given[0].ID, "Ferien er over.")
	must(t, err)
	o.wantMail("it has ended", holder)
	told, err := o.notices.Notices(portal.Acting(t.Context(), holder), holder)
	must(t, err)
	if len(told) < 2 || told[0].Kind != "mandate_ended" || told[1].Kind != "mandate_given" || told[1].Owner != giver.Addressed() || told[1].Round.ID != "" {
		t.Errorf("%+v", told)
	}
	if told, _ := o.notices.Notices(portal.Acting(t.Context(), giver), giver); len(told) > 0 && strings.HasPrefix(string(told[0].Kind), "mandate") {
		t.Errorf("who did it is told: %+v", told[0])
	}
}

// Whoever has a seat is told of a meeting, and nobody of one that was entered after it was held.
func TestMeetingsAreToldOf(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	seated, other := o.approvers[1], o.approvers[2]
	for _, who := range []portal.Actor{seated, other} {
		must(t, o.directory.SetReminders(ctx, who, portal.RemindAtOnce))
	}
	body := o.setBody(o.secretariat, portal.Body{Community: "vestfold", Level: portal.StrategicLevel, Name: "Strategisk samarbeidsutvalg", Members: []portal.Member{{Name: "Leder", Organisation: seated.Organisation, Part: portal.Voting}}})
	in := meeting.Input{Body: body.ID, StartsAt: time.Date(2022, 2, 14, 10, 0, 0, 0, workflow.Oslo), PapersDue: time.Date(2022, 2, 7, 10, 0, 0, 0, workflow.Oslo), Place: "Tønsberg",
		Cases: []portal.Case{{Title: "Innspill til planen"}}}
	id, err := o.meeting.Call(ctx, o.secretariat, "vestfold", in)
	must(t, err)
	m := o.wantMail("called", seated)[names(seated)[0]]
	if !strings.Contains(m.Text, "møte i Strategisk samarbeidsutvalg") || !strings.Contains(m.Text, "14. februar 2022") || !strings.Contains(m.Text, "/meetings/"+string(id)) {
		t.Errorf("%s", m.Text)
	}
	in.StartsAt = in.StartsAt.AddDate(0, 0, 1)
	v, _, err := o.meeting.Meeting(ctx, o.secretariat, id)
	must(t, err)
	must(t, o.meeting.Change(ctx, o.secretariat, id, v.Version, in))
	o.wantMail("moved", seated)
	v, _, err = o.meeting.Meeting(ctx, o.secretariat, id)
	must(t, err)
	must(t, o.meeting.Cancel(ctx, o.secretariat, id, v.Version, "For få kan."))
	o.wantMail("cancelled", seated)
	in.StartsAt, in.PapersDue = o.now.AddDate(0, 0, -2), o.now.AddDate(0, 0, -9)
	_, err = o.meeting.Call(ctx, o.secretariat, "vestfold", in)
	must(t, err)
	o.wantMail("entered afterwards")
}

func TestWhoHasLostTheRoleIsToldNothing(t *testing.T) {
	o := newPostOffice(t)
	o.server.Answer(func(string) error { return mailtest.Temporary })
	o.freeze()
	o.mails()
	lost := o.approvers[0]
	_, err := o.directory.Revoke(t.Context(), directory.System(), lost.Account, lost.Organisation, portal.Approver)
	must(t, err)
	o.server.Answer(func(string) error { return nil })
	o.now = o.now.Add(time.Minute)
	o.wantMail("one has lost the role", o.approvers[1:]...)
	lost.Roles = nil
	told, err := o.notices.Notices(portal.Acting(t.Context(), lost), lost)
	must(t, err)
	if len(told) != 0 {
		t.Errorf("still sees %+v", told)
	}
	other := o.as("agder", portal.Secretariat)
	other.Account = o.approvers[1].Account // the same person, for another organisation
	if told, err = o.notices.Notices(portal.Acting(t.Context(), other), other); err != nil || len(told) != 0 {
		t.Errorf("sees what was told for another organisation: %+v, %v", told, err)
	}
}

func TestMailThatDoesNotGetThroughIsShownToTheSecretariat(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	gone, full := names(o.approvers[0])[0]+"@example.com", names(o.approvers[1])[0]+"@example.com"
	o.server.Answer(func(to string) error {
		switch to {
		case gone:
			return mailtest.Permanent
		case full:
			return mailtest.Temporary
		}
		return nil
	})
	undelivered := func() []notice.Undelivered {
		people, err := o.notices.Undelivered(portal.Acting(ctx, o.secretariat), o.secretariat, "vestfold")
		must(t, err)
		return people
	}
	o.freeze()
	o.wantMail("two are not reached", o.approvers[2:]...)
	if u := undelivered(); len(u) != 1 || u[0].Name != o.approvers[0].Name || u[0].Fault != "refused" {
		t.Fatalf("%+v", u)
	}
	for _, wait := range []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, time.Hour} { // the last is before it is due
		if len(undelivered()) != 1 {
			t.Fatal("given up too early")
		}
		o.now = o.now.Add(wait)
		o.mails()
	}
	o.now = o.now.Add(time.Hour)
	o.mails()
	o.now = o.now.Add(6 * time.Hour)
	o.mails()
	u := undelivered()
	if len(u) != 2 || u[1].Fault != "no_answer" && u[0].Fault != "no_answer" {
		t.Fatalf("%+v", u)
	}
	administrator := o.as("drift", portal.Administrator)
	box, err := o.notices.Outbox(portal.Acting(ctx, administrator), administrator)
	must(t, err)
	if !box.Configured || box.Failed < 2 {
		t.Errorf("%+v", box)
	}
	_, err = o.notices.Undelivered(ctx, o.approvers[2], "vestfold")
	wantCode(t, err, "not_found")
	agder := o.as("agder", portal.Secretariat)
	_, err = o.notices.Undelivered(ctx, agder, "vestfold")
	wantCode(t, err, "not_found")
	if people, err := o.notices.Undelivered(portal.Acting(ctx, agder), agder, "agder"); err != nil || len(people) != 0 {
		t.Errorf("%+v, %v", people, err)
	}
	o.server.Answer(func(string) error { return nil })
	o.reopen()
	must(t, o.notices.Once(ctx))
	o.freeze()
	o.mails()
	if u := undelivered(); len(u) != 0 {
		t.Errorf("a later mail got through: %+v", u)
	}
}

// Two processes on one database, each with its own connections, at it at once: everybody gets one mail.
func TestTwoProcessesSendEachMailOnce(t *testing.T) {
	o := newPostOffice(t)
	second, err := postgres.Open(t.Context(), o.url)
	must(t, err)
	t.Cleanup(second.Close)
	both := []notice.Service{o.notices, o.service(second)}
	for day := range 3 {
		if day == 0 {
			o.freeze()
		} else {
			o.now = time.Date(2022, 2, 1+day, 7, 0, 0, 0, workflow.Oslo)
		}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				if err := both[i%2].Once(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got := map[string]int{}
		for _, m := range o.server.Taken() {
			got[m.To]++
		}
		for _, who := range names(o.approvers...) {
			if got[who+"@example.com"] != 1 {
				t.Errorf("round %d: %s got %d mails", day, who, got[who+"@example.com"])
			}
		}
	}
}

// dying is a process that ends after the server took a mail, before that is noted.
type dying struct {
	notice.Sender
	end context.CancelFunc
}

func (d dying) Send(ctx context.Context, m notice.Message) error {
	defer d.end()
	return d.Sender.Send(ctx, m)
}

func TestADeathBeforeTheMarkSendsTheSameMailAgain(t *testing.T) {
	o := newPostOffice(t)
	o.freeze()
	ctx, end := context.WithCancel(t.Context())
	dies := o.notices
	dies.Sender = dying{dies.Sender, end}
	if err := dies.Once(ctx); err == nil {
		t.Fatal("it lives")
	}
	before := o.server.Taken()
	if len(before) != 1 {
		t.Fatalf("%d mails", len(before))
	}
	rest := o.mails() // the others, at once
	if len(rest) != len(o.approvers)-1 {
		t.Errorf("%d others", len(rest))
	}
	o.now = o.now.Add(3 * time.Minute)
	again := o.mails()
	if len(again) != 1 {
		t.Fatalf("%v", to(again))
	}
	for _, m := range again {
		if m.ID != before[0].ID || m.To != before[0].To {
			t.Errorf("%s to %s, then %s to %s", before[0].ID, before[0].To, m.ID, m.To)
		}
	}
}

func TestWithoutAMailServerNothingIsQueued(t *testing.T) {
	o := newPostOffice(t)
	o.notices.Sender = nil
	o.freeze()
	o.now = time.Date(2022, 2, 2, 9, 0, 0, 0, workflow.Oslo)
	must(t, o.notices.Once(t.Context()))
	administrator := o.as("drift", portal.Administrator)
	box, err := o.notices.Outbox(t.Context(), administrator)
	must(t, err)
	told, err := o.notices.Notices(t.Context(), o.approvers[0])
	must(t, err)
	if box.Configured || box.Waiting != 0 || len(told) == 0 {
		t.Errorf("%+v, %d notices", box, len(told))
	}
	_, err = o.notices.Outbox(t.Context(), o.secretariat)
	wantCode(t, err, "not_yours")
}

// What happened while the program stood still for days is not mailed any more, but stands in the page.
func TestOldNewsIsNotMailed(t *testing.T) {
	o := newPostOffice(t)
	o.freeze()
	o.now = o.now.Add(25 * time.Hour).Truncate(24 * time.Hour).Add(5 * time.Hour)
	o.now = time.Date(2022, 2, 3, 6, 0, 0, 0, workflow.Oslo)
	o.wantMail("two days later")
	if told, _ := o.notices.Notices(t.Context(), o.approvers[0]); len(told) == 0 {
		t.Error("nothing in the page")
	}
}

func TestNewsSinceOneLooked(t *testing.T) {
	o := newPostOffice(t)
	ctx := t.Context()
	me, other := o.approvers[0], o.approvers[1]
	news := func() (lines []string) {
		fresh, err := o.notices.News(portal.Acting(ctx, me), me)
		must(t, err)
		for _, f := range fresh {
			for _, n := range f.News {
				lines = append(lines, fmt.Sprintf("%s %d %v %v", n.Kind, n.Count, n.Names, n.Answers))
			}
		}
		return lines
	}
	look := func() { must(t, o.notices.Looked(portal.Acting(ctx, me), me, o.response)) }
	o.freeze()
	if got := news(); len(got) != 0 {
		t.Errorf("before the first look: %v", got)
	}
	look()
	must(t, o.approve(me, o.response, portal.Approved)) // one's own doing is no news
	if got := news(); len(got) != 0 {
		t.Errorf("nothing has happened: %v", got)
	}
	must(t, o.approve(other, o.response, portal.Approved))
	o.reopen()
	o.write(o.stand(), 4, "Nytt.")
	o.freeze()
	want := []string{"edited 1 [] [4]", "positions 1 [" + o.organisation(other.Organisation) + "] []", "reopened 1 [Helsefellesskapet i Vestfold] []", "frozen 1 [Helsefellesskapet i Vestfold] []"}
	if got := news(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	must(t, o.compact(o.stand().Answers[3].Document)) // edits that are packed away were made all the same
	if got := news(); !slices.Equal(got, want) {
		t.Errorf("after compaction: got %v, want %v", got, want)
	}
	look()
	if got := news(); len(got) != 0 {
		t.Errorf("looked again: %v", got)
	}
	wantCode(t, o.notices.Looked(ctx, o.as("agder", portal.Secretariat), o.response), "not_found")
}

func (h *house) organisation(id portal.OrganisationID) (name string) {
	h.t.Helper()
	must(h.t, h.db.Pool().QueryRow(h.t.Context(), "select name from organisation where id = $1", id).Scan(&name))
	return name
}

// compact packs all edits of a text away, as the live server does.
func (h *house) compact(id portal.DocumentID) error {
	h.t.Helper()
	var head int64
	must(h.t, h.db.Pool().QueryRow(h.t.Context(), "select head from document where id = $1", id).Scan(&head))
	return postgres.NewLiveDocuments(h.db.Pool()).Compact(h.t.Context(), id, head, []byte{0, 0})
}

func TestWhatIsOldIsForgotten(t *testing.T) {
	o := newPostOffice(t)
	o.server.Answer(func(to string) error {
		if to == names(o.approvers[0])[0]+"@example.com" {
			return mailtest.Temporary
		}
		return nil
	})
	o.freeze()
	o.mails()
	count := func() (notices, mails int) {
		must(t, o.db.Pool().QueryRow(t.Context(), "select (select count(*) from notice), (select count(*) from mail)").Scan(&notices, &mails))
		return notices, mails
	}
	had, sent := count()
	must(t, o.notices.Store.Forget(t.Context(), o.now.Add(-time.Hour)))
	if n, m := count(); n != had || m != sent {
		t.Errorf("forgot what is new: %d of %d notices, %d of %d mails", n, had, m, sent)
	}
	must(t, o.notices.Store.Forget(t.Context(), o.now.Add(time.Hour)))
	if n, m := count(); n != 1 || m != 1 { // the one that is still to be sent
		t.Errorf("%d notices, %d mails", n, m)
	}
}

// Notices are a person's own, mail is known to whoever's community the person belongs to, and nobody writes either but the program.
func TestNoticesStandBehindTheWall(t *testing.T) {
	o := newPostOffice(t)
	o.freeze()
	o.mails()
	a := o.approvers
	must(t, o.notices.Looked(t.Context(), a[0], o.response))
	program := loggedIn(t, o.url, postgres.ProgramRole)
	count := func(settings, query string) (n int) {
		within(t, program, settings, func(tx pgx.Tx) { must(t, tx.QueryRow(t.Context(), query).Scan(&n)) })
		return n
	}
	as := func(who portal.Actor) string {
		return acting(string(who.Organisation)) + fmt.Sprintf(", set_config('samsvar.account', '%s', true)", who.Account)
	}
	for query, want := range map[string][3]bool{ // for oneself, for somebody else of the community, for another community
		"select count(*) from notice where account_id = '" + string(a[0].Account) + "'":    {true, false, false},
		"select count(*) from last_look where account_id = '" + string(a[0].Account) + "'": {true, false, false},
		"select count(*) from mail where account_id = '" + string(a[0].Account) + "'":      {true, false, false},
	} {
		for i, who := range []portal.Actor{a[0], a[1], o.as("agder", portal.Secretariat)} {
			if n := count(as(who), query); (n > 0) != want[i] {
				t.Errorf("%s as %s: %d", query, who.Name, n)
			}
		}
	}
	if count(as(o.secretariat), "select count(*) from mail where account_id = '"+string(a[0].Account)+"'") == 0 {
		t.Error("the secretariat does not see whether mail gets through")
	}
	if count("", "select count(*) from notice")+count("", "select count(*) from mail") != 0 {
		t.Error("nobody sees something")
	}
}

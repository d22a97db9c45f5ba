package httpapi

import (
	"slices"
	"time"

	"github.com/oapi-codegen/runtime/types"

	"samsvar/internal/consult"
	"samsvar/internal/evidence"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// What the contract calls things, made from what the core calls them. Nothing here decides.

// some is for the contract's optional fields: absent when zero.
func some[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// or reads an optional field.
func or[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// each maps a list; an empty one stays a list in JSON.
func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}

func dateOf(t time.Time) Date { return types.Date{Time: t} }

func textOf(t portal.Text) Text { return Text{Nb: some(t.NB), Nn: some(t.NN)} }

func textFrom(t Text) portal.Text { return portal.Text{NB: or(t.Nb, ""), NN: or(t.Nn, "")} }

func paragraphsOf(p portal.Paragraphs) Paragraphs {
	var out Paragraphs
	if len(p.NB) > 0 {
		out.Nb = &p.NB
	}
	if len(p.NN) > 0 {
		out.Nn = &p.NN
	}
	return out
}

func paragraphsFrom(p *Paragraphs) portal.Paragraphs {
	if p == nil {
		return portal.Paragraphs{}
	}
	return portal.Paragraphs{NB: or(p.Nb, nil), NN: or(p.Nn, nil)}
}

func organisationOf(o portal.Organisation) Organisation {
	return Organisation{Id: string(o.ID), Kind: OrganisationKind(o.Kind), Name: o.Name, Number: some(o.Number), Unverified: some(o.Unverified)}
}

func abilityOf(a policy.Ability) Ability {
	return Ability{Action: string(a.Action), Allowed: a.Allowed, Why: some(a.Why)}
}

func questionOf(q portal.Question) Question {
	return Question{Id: string(q.ID), Number: q.Number, Text: textOf(q.Text), Optional: q.Optional, Collects: some(q.Collects), GuidanceWords: q.GuidanceWords}
}

func recipientOf(r portal.Recipient) Recipient {
	return Recipient{Organisation: organisationOf(r.Organisation), Relation: RecipientRelation(r.Relation), AskedToForward: r.AskedToForward,
		ForwardedBy: some(r.ForwardedBy), ForwardedAt: r.ForwardedAt, OpenedAt: r.OpenedAt, Community: some(r.Community)}
}

func responseSummaryOf(r portal.Response) ResponseSummary {
	return ResponseSummary{Id: string(r.ID), Kind: ResponseSummaryKind(r.Kind), Owner: organisationOf(r.Owner), State: ResponseState(r.State)}
}

func roundSummaryOf(v consult.RoundView) RoundSummary {
	return RoundSummary{Id: string(v.ID), Slug: v.Slug, Title: textOf(v.Title), State: RoundState(v.State), Kind: RoundSummaryKind(v.Kind), Sender: v.Sender,
		Reference: some(v.Reference), Issued: dateOf(v.Issued), Deadline: v.Deadline, Responses: each(v.Responses, responseSummaryOf)}
}

func responseRoundOf(r portal.Round) ResponseRound {
	return ResponseRound{Id: string(r.ID), Title: textOf(r.Title), State: RoundState(r.State), Deadline: r.Deadline, AcceptsLate: r.AcceptsLate, LogsReading: r.LogsReading,
		Sender: r.Sender, Reference: r.Reference}
}

func freezeOf(f *portal.Freeze) *Freeze {
	if f == nil {
		return nil
	}
	return &Freeze{Id: string(f.ID), Number: f.Number, Hash: f.Hash, FrozenAt: f.FrozenAt, FrozenBy: f.FrozenBy}
}

func decisionOf(d portal.Decision) Decision {
	return Decision{Level: DecisionLevel(d.Level), Body: d.Body, DecidedOn: dateOf(d.DecidedOn), CaseNumber: d.CaseNumber, RecordedAt: d.RecordedAt, RecordedBy: d.RecordedBy}
}

func receiptOf(r portal.Receipt) Receipt {
	return Receipt{ResponseId: string(r.Response), Number: r.Number, State: SubmissionState(r.State), Replaces: some(r.Replaces), Ended: optional(r.Ended, tombstoneOf), SubmittedAt: r.SubmittedAt, LateSeconds: r.LateSeconds, PackageHash: r.PackageHash,
		SubmittedBy: Person{Name: r.SubmittedBy, Organisation: r.Organisation}, ReceivedAt: r.ReceivedAt, PublishedAt: r.PublishedAt, TakenDown: optional(r.TakenDown, tombstoneOf)}
}

func tombstoneOf(t portal.Tombstone) Tombstone {
	return Tombstone{At: t.At, By: Person{Name: t.By, Organisation: t.For}, Reason: t.Reason}
}

// remarkOf shows a remark as it stands to the actor's party, and what is still to be done about it.
func remarkOf(r portal.Response, actor portal.Actor, now time.Time) func(portal.Remark) Remark {
	return func(m portal.Remark) Remark {
		out := Remark{Id: string(m.ID), AnswerId: some(string(m.Answer)), Quote: some(m.Quote), Text: m.Text, RecordedAt: m.RecordedAt, Reply: some(m.Reply),
			Authors: each(m.Authors, func(o portal.Organisation) string { return o.Name }), Version: &m.Version,
			Mine: some(m.By(actor.Organisation)), Unsettled: some(workflow.Unsettled(r, m))}
		unseen := []string{}
		for _, p := range r.Parties {
			if workflow.MustSee(r, m, p, now) {
				unseen = append(unseen, p.Organisation.Name)
				out.MustSee = some(or(out.MustSee, false) || p.Organisation.ID == actor.Organisation)
			}
		}
		out.UnseenBy = &unseen
		return out
	}
}

// sentRemarkOf reads a remark from a package.
func sentRemarkOf(r evidence.Remark) Remark {
	out := Remark{Id: r.ID, AnswerId: r.AnswerID, Quote: some(r.Quote), Authors: each(r.Authors, func(a evidence.RemarkAuthor) string { return a.Name }),
		Text: r.Text, RecordedAt: r.RecordedAt}
	if r.Reply != nil {
		out.Reply = &r.Reply.Text
	}
	return out
}

func partyOf(r portal.Response, actor portal.Actor, now time.Time) func(portal.Party) Party {
	laid := workflow.LaidBefore(r)
	return func(p portal.Party) Party {
		standing := workflow.StandingOf(r, p, now)
		validity, stale := workflow.Judge(standing, laid)
		if laid.Hashes == nil && p.Position != nil { // nothing is frozen: whether it still holds shows when something is
			stale = nil
		}
		out := Party{Organisation: organisationOf(p.Organisation), Side: PartySide(p.Side), Validity: PartyValidity(validity),
			Because:      some(PartyBecause(workflow.Because(standing, laid))),
			StaleAnswers: each(stale, func(id portal.AnswerID) string { return string(id) }), Mine: p.Organisation.ID == actor.Organisation,
			Treatments: each(p.AllTreatments, treatmentOf(p, laid))}
		if w := p.Warning; w != nil {
			out.Warning = &SilenceWarning{WarnedAt: w.WarnedAt, CountsFrom: w.CountsFrom, DeliveredAt: w.DeliveredAt, By: w.By, Counts: standing.Warned, Again: w.Again(now)}
		}
		_, out.Speaks = actor.Speaks(p.Organisation.ID, r.ID, r.Round.ID)
		out.Joinable = out.Speaks && validity == workflow.Pending && !p.Position.SaidBy(actor.Account)
		if p.Needed > 1 {
			out.Needed = &p.Needed
		}
		position := func(x portal.Position) Position { return positionOf(x, p.Organisation) }
		out.Position, out.Withdrawn = optional(p.Position, position), optional(p.Withdrawn, position)
		return out
	}
}

func positionOf(x portal.Position, of portal.Organisation) Position {
	out := Position{Id: string(x.ID), Kind: PositionKind(x.Kind), Reason: some(x.Reason), RecordedAt: x.RecordedAt, FreezeNumber: x.FreezeNumber, Late: x.Late,
		By: Person{Name: x.Name, Organisation: of.Name}, TreatmentId: some(string(x.Treatment)),
		Mandate: optional(x.Mandate, func(m portal.Mandate) PositionMandate {
			return PositionMandate{StandIn: m.StandIn(), Organisation: m.From.Name, Reason: some(m.Reason), RestsOn: some(m.RestsOn)}
		}),
		Coverage: optional(x.Coverage, func(c portal.Coverage) Coverage { return Coverage{Covers: c.Covers, Reason: c.Reason} })}
	if x.Needed > 1 {
		names := each(append(slices.Clone(x.Joined), x), func(one portal.Position) string { return one.Name })
		out.Needed, out.Approvers = &x.Needed, &names
	}
	return out
}

func tallyOf(t workflow.Tally) Tally {
	side := func(s workflow.SideTally) SideTally {
		return SideTally{Answered: s.Answered, Required: s.Required, Total: s.Total}
	}
	return Tally{Rule: ruleOf(t.Rule), Met: t.Met, Hospital: side(t.Hospital), Municipal: side(t.Municipal), Voters: side(t.Voters),
		Rejected: t.Rejected, Stale: t.Stale, Silent: t.Silent}
}

func ruleOf(r portal.Rule) Rule {
	return Rule{Kind: RuleKind(r.Kind), HospitalPercent: r.HospitalPercent, MunicipalPercent: r.MunicipalPercent, PartnershipDecision: r.PartnershipDecision,
		SilenceDays: r.SilenceDays, Voters: each(r.Voters, func(v portal.Voter) Voter { return Voter{Id: string(v.ID), Name: v.Name} }),
		Words: each(workflow.RuleInWords(r), textOf)}
}

func submissionSummaryOf(r portal.Response) SubmissionSummary {
	last := r.Last()
	out := SubmissionSummary{ResponseId: string(r.ID), Number: last.Number, State: SubmissionState(last.State), Kind: SubmissionSummaryKind(r.Kind),
		Owner: organisationOf(r.Owner), SubmittedAt: last.SubmittedAt, LateSeconds: last.LateSeconds, ReceivedAt: last.ReceivedAt, Earlier: each(r.Submissions[1:], receiptOf),
		Related: each(last.Related, relatedOf)}
	for _, p := range r.Parties {
		if p.Side == portal.HospitalSide {
			out.HospitalParties++
		} else {
			out.Municipalities++
		}
	}
	return out
}

func turnOf(t consult.Turn) Turn {
	facts := t.Facts
	if facts == nil {
		facts = map[string]any{}
	}
	return Turn{Kind: TurnKind(t.Kind), RoundId: string(t.Round.ID), RoundTitle: textOf(t.Round.Title), Deadline: t.Round.Deadline,
		ResponseId: some(string(t.Response)), Owner: some(t.Owner), Facts: facts}
}

func hashesFrom(h AnswerHashes) portal.Hashes {
	out := portal.Hashes{}
	for id, hash := range h {
		out[portal.AnswerID(id)] = hash
	}
	return out
}

func deadlineFrom(in DeadlineInput) (time.Time, error) { return timeFrom("deadline", in) }

func timeFrom(field string, in DeadlineInput) (time.Time, error) {
	at, err := workflow.ParseDeadline(in)
	if err != nil {
		return at, portal.InvalidField(field, "invalid_date", err.Error())
	}
	return at, nil
}

func extensionOf(e portal.Extension) Extension {
	return Extension{Organisation: optional(e.For, organisationOf), Deadline: e.Deadline, Reason: e.Reason, GrantedAt: e.GrantedAt, GrantedBy: e.GrantedBy}
}

func roundFrom(in RoundInput) (portal.Round, error) {
	deadline, err := deadlineFrom(in.Deadline)
	if err != nil {
		return portal.Round{}, err
	}
	r := portal.Round{Slug: in.Slug, Title: textFrom(in.Title), Sender: in.Sender, SignedByRole: or(in.SignedByRole, ""), Reference: or(in.Reference, ""),
		Kind: string(or(in.Kind, RoundInputKindAddressed)), Issued: in.Issued.Time, Deadline: deadline,
		JointAnswers:    string(or(in.JointAnswers, RoundInputJointAnswersEncouraged)),
		SeparateAnswers: string(or(in.SeparateAnswers, RoundInputSeparateAnswersAllowed)),
		AcceptsLate:     or(in.AcceptsLate, true), LogsReading: or(in.LogsReading, false),
		Login: portal.Login{Age: time.Duration(or(in.LoginMinutes, int(consult.DefaultLoginAge.Minutes()))) * time.Minute, Level: portal.Level(or(in.LoginLevel, ""))}, Background: paragraphsFrom(in.Background), PriorityGroups: paragraphsFrom(in.PriorityGroups),
		Addressees: each(or(in.Addressees, nil), func(a RoundInputAddressees) string { return string(a) }), CopyTo: or(in.CopyTo, nil),
		SendTo: or(in.SendTo, ""), Version: or(in.Version, 0)}
	for _, q := range in.Questions {
		r.Questions = append(r.Questions, portal.Question{Text: textFrom(q.Text), Optional: or(q.Optional, false), Collects: string(or(q.Collects, "")),
			GuidanceWords: or(q.GuidanceWords, 0)})
	}
	return r, nil
}

func personOf(w Writer) Person { return Person(w) }

func seenFrom(m *RemarkVersions) map[portal.RemarkID]int {
	if m == nil {
		return nil
	}
	seen := map[portal.RemarkID]int{}
	for id, version := range *m {
		seen[portal.RemarkID(id)] = version
	}
	return seen
}

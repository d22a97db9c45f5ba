package consult

import (
	"slices"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Unsent is the response as it stands with the answers, in the form of a package that is not sealed: what a party's own
// people take to their own organisation.
func (s Service) Unsent(actor portal.Actor, r portal.Response, answers []portal.FrozenAnswer) (evidence.Package, error) {
	if err := policy.Decide(actor, "response.case_paper", policy.ResponseObject(r)); err != nil {
		return evidence.Package{}, err
	}
	return pack(r, actor, answers, "", s.Now()), nil
}

// Unsealed is the same, for a use case that has decided itself who may have it.
func Unsealed(r portal.Response, answers []portal.FrozenAnswer, now time.Time) evidence.Package {
	return pack(r, portal.Actor{}, answers, "", now)
}

// pack makes the package of what is sent now. Without a freeze it is of a draft, and can not be sealed.
func pack(r portal.Response, actor portal.Actor, answers []portal.FrozenAnswer, number string, now time.Time) evidence.Package {
	p := evidence.Package{Remarks: []evidence.Remark{},
		Submission: evidence.Submission{Number: number, SubmittedAt: now, Deadline: r.Round.Deadline,
			SubmittedBy: evidence.Person{Name: actor.Name, Organisation: actor.OrganisationName}},
		Round: evidence.Round{ID: string(r.Round.ID), Slug: r.Round.Slug, Title: evidence.Text(r.Round.Title), Sender: r.Round.Sender,
			Reference: r.Round.Reference, Issued: r.Round.Issued.Format(time.DateOnly), Version: r.Round.Version},
		Response: evidence.Response{ID: string(r.ID), Kind: string(r.Kind), Language: string(r.Language),
			Owner: evidence.Owner{ID: string(r.Owner.ID), Name: r.Owner.Name, Kind: string(r.Owner.Kind)}},
	}
	if f := r.Freeze; f != nil {
		p.Freeze = evidence.Freeze{ID: string(f.ID), Number: f.Number, FrozenAt: f.FrozenAt, Hash: evidence.Hash(f.Hash)}
	}
	if last := r.Last(); last != nil {
		p.Submission.Replaces = &evidence.Earlier{Number: last.Number, PackageHash: evidence.Hash(last.PackageHash)}
	}
	for i, a := range r.Answers {
		f := answers[i]
		p.Answers = append(p.Answers, evidence.Answer{ID: string(a.ID), Number: a.Number, QuestionID: string(a.Question.ID), Question: evidence.Text(a.Question.Text),
			Status: string(f.Status), Language: string(r.Language), Content: f.Content, Relation: packRelation(f.Relation), Hash: evidence.Hash(f.Hash)})
	}
	for _, party := range r.Parties {
		p.Parties = append(p.Parties, packParty(r, party, now))
	}
	for _, remark := range r.Remarks {
		p.Remarks = append(p.Remarks, packRemark(remark))
	}
	for _, sentence := range workflow.RuleInWords(r.Rule) {
		p.Rule = append(p.Rule, evidence.Text(sentence))
	}
	if n := len(r.Decisions); n > 0 {
		d := r.Decisions[n-1]
		p.Decision = &evidence.Decision{Body: d.Body, Level: d.Level, Date: d.DecidedOn.Format(time.DateOnly), CaseNumber: d.CaseNumber, RecordedAt: d.RecordedAt}
	}
	return p
}

func packRelation(r *portal.Relation) *evidence.Relation {
	if r == nil {
		return nil
	}
	return &evidence.Relation{Kind: string(r.Kind), Community: evidence.Community{ID: string(r.Community), Name: r.Name}, ResponseID: string(r.Response),
		AnswerID: string(r.Answer), FreezeNumber: r.Version, AnswerHash: evidence.Hash(r.Hash)}
}

func packRemark(remark portal.Remark) evidence.Remark {
	packed := evidence.Remark{ID: string(remark.ID), Quote: remark.Quote, Text: remark.Text, RecordedAt: remark.RecordedAt}
	for _, author := range remark.Authors {
		packed.Authors = append(packed.Authors, evidence.RemarkAuthor{ID: string(author.ID), Name: author.Name})
	}
	if remark.Answer != "" {
		id := string(remark.Answer)
		packed.AnswerID = &id
	}
	if remark.Reply != "" {
		packed.Reply = &evidence.Reply{Text: remark.Reply, RecordedAt: *remark.RepliedAt}
	}
	return packed
}

func packParty(r portal.Response, party portal.Party, now time.Time) evidence.Party {
	packed := evidence.Party{ID: string(party.Organisation.ID), Name: party.Organisation.Name, Number: party.Organisation.Number, Side: string(party.Side)}
	if pos := party.Position; pos != nil {
		packed.Position = &evidence.Position{ID: string(pos.ID), Kind: string(pos.Kind), Reason: pos.Reason, RecordedAt: pos.RecordedAt,
			By: evidence.Person{Name: pos.Name, Organisation: party.Organisation.Name}, AnswerHashes: packHashes(pos.Hashes)}
		packed.Position.TreatmentID = string(pos.Treatment)
		if pos.Needed > 1 {
			packed.Position.Needed = pos.Needed
			for _, one := range append(slices.Clone(pos.Joined), *pos) {
				packed.Position.Approvers = append(packed.Position.Approvers, evidence.Approver{By: evidence.Person{Name: one.Name, Organisation: party.Organisation.Name}, RecordedAt: one.RecordedAt, Mandate: packMandate(one.Mandate)})
			}
		}
		packed.Position.Mandate = packMandate(pos.Mandate)
		if pos.Kind != portal.Rejected { // which counts, and stands in the way, whoever the others are
			packed.Position.Uncounted = workflow.BesideText(workflow.StandingOf(r, party, now), workflow.LaidBefore(r))
		}
		if c := pos.Coverage; c != nil {
			packed.Position.Coverage = &evidence.Coverage{Covers: c.Covers, Reason: c.Reason}
		}
	} else if w := party.Warning; w != nil {
		packed.Silence = &evidence.Silence{WarnedAt: w.WarnedAt, CountsFrom: w.CountsFrom, DeliveredAt: w.DeliveredAt,
			Counted: r.Rule.SilenceDays > 0 && workflow.StandingOf(r, party, now).Warned}
	}
	for _, t := range party.AllTreatments {
		packed.Treatments = append(packed.Treatments, packTreatment(t, party.Organisation))
	}
	return packed
}

func packMandate(m *portal.Mandate) *evidence.Mandate {
	if m == nil {
		return nil
	}
	kind := "on_behalf"
	if m.StandIn() {
		kind = "stand_in"
	}
	return &evidence.Mandate{Kind: kind, Organisation: m.From.Name, Reason: m.Reason, RestsOn: m.RestsOn}
}

func packTreatment(t portal.Treatment, of portal.Organisation) evidence.Treatment {
	packed := evidence.Treatment{ID: string(t.ID), FreezeNumber: t.FreezeNumber, AnswerHashes: packHashes(t.Hashes), Level: string(t.Level), Body: t.Body,
		CaseNumber: t.CaseNumber, Date: t.MetOn.Format(time.DateOnly), Outcome: string(t.Outcome), Decision: t.Decision, Corrects: string(t.Corrects),
		RecordedAt: t.RecordedAt, By: evidence.Person{Name: t.Name, Organisation: of.Name}}
	for _, a := range t.Attachments {
		packed.Attachments = append(packed.Attachments, evidence.Attachment{ID: string(a.ID), Name: a.Name, MediaType: a.MediaType, Size: a.Size, Hash: evidence.Hash(a.Hash), AddedAt: a.AddedAt})
	}
	if v := t.Votes; v != nil {
		packed.Votes = &evidence.Votes{For: v.For, Against: v.Against, Abstained: v.Abstained}
	}
	return packed
}

func packHashes(hashes portal.Hashes) map[string]evidence.Hash {
	packed := map[string]evidence.Hash{}
	for id, hash := range hashes {
		packed[string(id)] = evidence.Hash(hash)
	}
	return packed
}

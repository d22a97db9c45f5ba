package signoff

import (
	"context"
	"maps"
	"slices"
	"strings"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Treat records how the actor's organisation has treated a version of the
// answer. A record is never changed; one that Corrects another takes its place.
func (s Service) Treat(ctx context.Context, actor portal.Actor, id portal.ResponseID, in portal.Treatment) error {
	return s.change(ctx, actor, id, "response.treat", func(tx Tx, r portal.Response) (map[string]any, error) {
		version := slices.IndexFunc(r.Versions, func(f portal.Freeze) bool { return f.ID == in.Freeze })
		if version < 0 {
			return nil, portal.InvalidField("freezeId", "unknown_version", "no such version was laid before the parties")
		}
		t, frozen := in, r.Versions[version]
		if err := s.mayTreat(r, actor, t, frozen); err != nil {
			return nil, err
		}
		t.ID, t.Account, t.Name, t.RecordedAt = portal.TreatmentID(s.NewID()), actor.Account, actor.Name, s.Now()
		t.Body, t.CaseNumber, t.Decision = strings.TrimSpace(t.Body), strings.TrimSpace(t.CaseNumber), strings.TrimSpace(t.Decision)
		return map[string]any{"body": t.Body, "case": t.CaseNumber, "freeze": frozen.Number, "outcome": t.Outcome, "corrects": t.Corrects != ""},
			tx.InsertTreatment(r, actor.Organisation, t)
	})
}

func (s Service) mayTreat(r portal.Response, actor portal.Actor, t portal.Treatment, version portal.Freeze) error {
	day := t.MetOn.Format("2006-01-02")
	p, _ := r.Party(actor.Organisation)
	standing := p.Treatments()
	switch {
	case strings.TrimSpace(t.Body) == "":
		return portal.InvalidField("body", "required", "who treated it")
	case day > s.Now().In(workflow.Oslo).Format("2006-01-02"):
		return portal.InvalidField("metOn", "in_future", "the meeting has not been held")
	case day < version.FrozenAt.In(workflow.Oslo).Format("2006-01-02"):
		return portal.InvalidField("metOn", "before_version", "the version was not there yet")
	case t.Corrects != "" && !slices.ContainsFunc(standing, func(x portal.Treatment) bool { return x.ID == t.Corrects }):
		return portal.Conflictf("changed_meanwhile", "the record to correct is not the party's own, or was corrected already")
	}
	return nil
}

// rests gives the treatment that the party's position rests on. An approval of
// another text than the one that was treated needs the approver's word on
// whether what was decided covers it.
func rests(r portal.Response, p portal.Party, in Position) (portal.TreatmentID, *portal.Coverage, error) {
	t := p.Treated()
	approves := in.Kind == portal.Approved || in.Kind == portal.ApprovedWithRemark
	switch {
	case t == nil || in.Kind == portal.PositionWithdrawn:
		return "", nil, nil
	case !approves || !workflow.TreatedEarlier(p, workflow.LaidBefore(r)):
		return t.ID, nil, nil
	case in.Coverage == nil || strings.TrimSpace(in.Coverage.Reason) == "":
		return "", nil, portal.InvalidField("coverage", "required", "the text has changed since it was treated")
	}
	return t.ID, &portal.Coverage{Covers: in.Coverage.Covers, Reason: strings.TrimSpace(in.Coverage.Reason)}, nil
}

// sameGround says whether the position rests on what the party's newest one rests on.
func sameGround(r portal.Response, p portal.Party, in Position) bool {
	treatment, coverage, err := rests(r, p, in)
	said := p.Position.Coverage
	if err != nil || p.Position.Treatment != treatment || (said == nil) != (coverage == nil) {
		return false
	}
	return said == nil || *said == *coverage
}

// boundTo says whether the position was taken on these very answers, by the same parties.
func boundTo(p portal.Position, hashes portal.Hashes, circle int) bool {
	return maps.Equal(p.Hashes, hashes) && p.Circle == circle
}

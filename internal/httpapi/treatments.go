package httpapi

import (
	"context"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

func (a *api) RecordTreatment(ctx context.Context, in RecordTreatmentRequestObject) (RecordTreatmentResponseObject, error) {
	t := portal.Treatment{Freeze: portal.FreezeID(in.Body.FreezeId), Level: portal.TreatmentLevel(in.Body.Level), Body: in.Body.Body, CaseNumber: in.Body.CaseNumber,
		MetOn: in.Body.MetOn.Time, Outcome: portal.TreatmentOutcome(in.Body.Outcome), Decision: in.Body.Decision, Corrects: portal.TreatmentID(or(in.Body.Corrects, "")),
		Votes: optional(in.Body.Votes, func(v Votes) portal.Votes {
			return portal.Votes{For: v.For, Against: v.Against, Abstained: v.Abstained}
		})}
	err := a.signoff.Treat(ctx, actorOf(ctx), portal.ResponseID(in.ResponseId), t)
	out, err := a.showResponse(ctx, in.ResponseId, err)
	return RecordTreatment200JSONResponse(out), err
}

func treatmentOf(p portal.Party, laid workflow.Laid) func(portal.Treatment) Treatment {
	return func(t portal.Treatment) Treatment {
		return Treatment{Id: string(t.ID), FreezeNumber: t.FreezeNumber, Current: workflow.Speaks(t, laid), Level: TreatmentLevel(t.Level), Body: t.Body,
			CaseNumber: t.CaseNumber, MetOn: dateOf(t.MetOn), Outcome: TreatmentOutcome(t.Outcome), Decision: t.Decision,
			Votes: optional(t.Votes, func(v portal.Votes) Votes { return Votes{For: v.For, Against: v.Against, Abstained: v.Abstained} }), RecordedAt: t.RecordedAt, By: t.Name, Corrected: p.Corrected(t.ID)}
	}
}

func coverageFrom(c *Coverage) *portal.Coverage {
	return optional(c, func(c Coverage) portal.Coverage { return portal.Coverage{Covers: c.Covers, Reason: c.Reason} })
}

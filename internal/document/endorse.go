package document

import (
	"context"
	"maps"

	"samsvar/internal/policy"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Endorse makes an organisation that was offered it a party of a separate
// response, by its approver's word on exactly the text that was seen. The same
// words are laid before the larger circle; what the others said still stands,
// for the sender has offered it.
func (s Service) Endorse(ctx context.Context, actor portal.Actor, id portal.ResponseID, freeze portal.FreezeID, hashes portal.Hashes) error {
	change := policy.Change{Actor: actor, Action: "response.endorse", Response: id, Now: s.Now}
	return policy.Run(ctx, s.Store.Write, change, func(tx Tx, r portal.Response) (map[string]any, error) {
		if r.Freeze == nil || r.Freeze.ID != freeze || !maps.Equal(hashes, r.Hashes()) {
			return nil, portal.Conflictf("text_changed", "the frozen text is not the one that was seen")
		}
		self := portal.Organisation{ID: actor.Organisation, Kind: actor.Kind, Name: actor.OrganisationName}
		parties, err := tx.Parties(self, s.Now().In(workflow.Oslo))
		if err != nil {
			return nil, err
		}
		if err := tx.AddParty(r, parties[0], s.Now()); err != nil {
			return nil, err
		}
		r.Parties = append(r.Parties, parties[0])
		laid, err := s.relay(tx, actor, r)
		if err != nil {
			return nil, err
		}
		needed, err := tx.ApproversNeeded(actor.Organisation, laid.FrozenAt)
		if err != nil {
			return nil, err
		}
		position := portal.Position{Needed: needed, ID: portal.PositionID(s.NewID()), Freeze: laid.ID, FreezeNumber: laid.Number, Kind: portal.Approved, Hashes: hashes,
			Circle: r.Circle, Account: actor.Account, Name: actor.Name, RecordedAt: s.Now()}
		if err := tx.InsertPosition(r, actor.Organisation, position); err != nil {
			return nil, err
		}
		return map[string]any{"freeze": laid.Number, "hash": laid.Hash}, tx.EndOffer(r.ID, actor.Organisation)
	})
}

package signoff

import (
	"strings"

	"samsvar/internal/portal"
)

// spoken is the actor as each party whose position it is, with the mandate that it is taken under: the actor's own
// organisation unless others are named.
func spoken(actor portal.Actor, r portal.Response, in Position) (as []portal.Actor, positions []Position, err error) {
	on := in.On
	if len(on) == 0 {
		on = []portal.OrganisationID{actor.Organisation}
	}
	for _, organisation := range on {
		under, may := actor.Speaks(organisation, r.ID, r.Round.ID)
		p, takesPart := r.Party(organisation)
		if !may || !takesPart {
			return nil, nil, portal.Deniedf("not_yours", "the position of %s is not for this person", organisation)
		}
		who := actor
		who.Organisation, who.OrganisationName = organisation, p.Organisation.Name
		one := in
		one.under = under
		as, positions = append(as, who), append(positions, one)
	}
	return as, positions, nil
}

// told is what goes into the audit event when several parties' positions are taken at once.
func told(detail map[string]any, as []portal.Actor) map[string]any {
	var names []string
	for _, who := range as {
		names = append(names, who.OrganisationName)
	}
	detail["behalf"] = strings.Join(names, ", ")
	return detail
}

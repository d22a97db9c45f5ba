package workflow

import (
	"strings"
	"time"

	"samsvar/internal/portal"
)

// Disputed is the hash of what a remark about the answer speaks of, or of every
// answer together when it is about the whole.
func Disputed(r portal.Response, answer portal.AnswerID) string {
	if answer != "" {
		return r.Hashes()[answer]
	}
	var all []string
	for _, a := range r.Answers {
		all = append(all, a.Hash)
	}
	return strings.Join(all, " ")
}

// Unsettled says whether what the remark speaks of has changed since its
// authors last wrote or kept it: they are asked to keep, change or withdraw it.
func Unsettled(r portal.Response, m portal.Remark) bool {
	return r.Freeze != nil && m.Disputed != Disputed(r, m.Answer)
}

// MustSee says whether the remark, as it now stands, is still to be seen by the
// party: every other party that stands behind the text does, before it is sent.
func MustSee(r portal.Response, m portal.Remark, p portal.Party, now time.Time) bool {
	behind := p.Position != nil && (p.Position.Kind == portal.Approved || p.Position.Kind == portal.ApprovedWithRemark)
	if !behind || m.By(p.Organisation.ID) || m.Seen[p.Organisation.ID] >= m.Version {
		return false
	}
	validity, _ := Judge(StandingOf(r, p, now), LaidBefore(r))
	return validity == Valid
}

// unread gives the code of what is to be done about the remarks before the answer can be sent.
func unread(r portal.Response, now time.Time) string {
	unseen := false
	for _, m := range r.Remarks {
		if Unsettled(r, m) {
			return "remarks_unsettled"
		}
		for _, p := range r.Parties {
			unseen = unseen || MustSee(r, m, p, now)
		}
	}
	return only(unseen, "remarks_unseen")
}

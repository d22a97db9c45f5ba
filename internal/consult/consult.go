// Package consult is the consultation itself: rounds and invitations, the
// responses that are begun, submitted and received, and what the ministry sees
// of them. The text is document's, the positions are signoff's.
package consult

import (
	"context"
	"log/slog"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

// Store is what this package needs kept.
type Store interface {
	Reads
	// Write runs fn in one transaction. Nothing is kept unless fn succeeds and has audited.
	Write(ctx context.Context, fn func(Tx) error) error
}

// Reads never lock. Lists take a constant number of queries.
type Reads interface {
	policy.ReadingLog
	// Readings are those of a response's text, newest first, at most most of them.
	Readings(ctx context.Context, id portal.ResponseID, most int) ([]ReadingItem, error)
	// Rounds are those in one of the states that concern the actor's organisation, or all of them, without questions.
	Rounds(ctx context.Context, actor portal.Actor, all bool, states ...portal.RoundState) ([]RoundView, error)
	Round(ctx context.Context, actor portal.Actor, id portal.RoundID) (RoundView, error)
	Recipients(ctx context.Context, id portal.RoundID) ([]portal.Recipient, error)
	Response(ctx context.Context, id portal.ResponseID) (portal.Response, error)
	// OpenResponsesOf are the responses in open rounds that the organisation owns or is a party of.
	OpenResponsesOf(ctx context.Context, organisation portal.OrganisationID) ([]portal.Response, error)
	// ResponsesBy are the owner's responses, newest first, without answers, and
	// with no other party than the one asked about.
	ResponsesBy(ctx context.Context, owner, party portal.OrganisationID) ([]portal.Response, error)
	// SubmissionCounts are by round, of those that stand.
	SubmissionCounts(ctx context.Context) (map[portal.RoundID]SubmissionCount, error)
	// Submitted are the responses of a round and of one of the kinds that were ever sent, the newest submission first, with
	// their receipts; of their parties there is no more than who they are and the side they are on.
	Submitted(ctx context.Context, id portal.RoundID, kinds ...portal.ResponseKind) ([]portal.Response, error)
	Reach(ctx context.Context, id portal.RoundID) (Reach, error)
	// Communities says where each community stands in a round.
	Communities(ctx context.Context, id portal.RoundID) ([]CommunityStanding, error)
	// Package is the bytes that were hashed, by receipt number; Packages are those that stand in a round.
	Package(ctx context.Context, number string) ([]byte, error)
	AttachmentContent(ctx context.Context, r portal.ResponseID, id portal.AttachmentID) ([]byte, error)
	Packages(ctx context.Context, id portal.RoundID) (map[portal.ResponseID][]byte, error)
	History(ctx context.Context, id portal.ResponseID) ([]HistoryItem, error)
	// Positions are all that was ever said about a response, newest first.
	Positions(ctx context.Context, id portal.ResponseID) ([]Said, error)
	// JointAnswers are the frozen answers of the communities that the owner of a separate response answers with.
	JointAnswers(ctx context.Context, id portal.ResponseID) ([]JointAnswer, error)
	// Published is what is public, the newest first; without packages but for the one that is asked for.
	PublishedLate(ctx context.Context, number string) ([]LateApproval, error)
	Published(ctx context.Context, round portal.RoundID, number string) ([]Published, error)
	// Wishes are those who ask to join what the owner sends, the oldest first.
	Wishes(ctx context.Context, round portal.RoundID, owner portal.OrganisationID) ([]portal.Wish, error)
}

// Tx is one write. Lock methods wait for whoever holds the row.
type Tx interface {
	LockRound(actor portal.Actor, id portal.RoundID) (RoundView, error)
	LockResponse(id portal.ResponseID) (portal.Response, error)
	FrozenAnswers(id portal.FreezeID) ([]portal.FrozenAnswer, error)

	InsertRound(portal.Round, time.Time) error
	// UpdateRound replaces a draft; a version that is not the stored one is a conflict.
	UpdateRound(r portal.Round, version int) error
	SetRoundState(id portal.RoundID, from, to portal.RoundState, at time.Time) error
	InsertExtension(id portal.RoundID, e portal.Extension) error
	// DeadlineOf is the one that holds for the organisation, "" for those who have got no extension of their own.
	DeadlineOf(id portal.RoundID, organisation portal.OrganisationID) (time.Time, error)
	// Extendable says whether the organisation is a community, or may answer the round.
	Extendable(id portal.RoundID, organisation portal.OrganisationID) (bool, error)
	// Invite fixes the list of recipients as of the letter's date and says how many they are.
	Invite(portal.Round) (int, error)
	Forward(round portal.Round, authority portal.OrganisationID, at time.Time) (int, error)
	MarkOpened(id portal.RoundID, organisation portal.OrganisationID, at time.Time) (bool, error)

	InsertResponse(portal.Response, time.Time) error
	SetCoordinator(a portal.Answer, organisation portal.OrganisationID) error
	SetAnswerStatus(a portal.Answer, to portal.AnswerStatus) error
	JointAnswers(id portal.ResponseID) ([]JointAnswer, error)
	SetRelation(a portal.Answer, relation *portal.Relation, status portal.AnswerStatus) error
	// MayEndorse says whether the organisation is a municipality or a hospital that was invited.
	MayEndorse(round portal.RoundID, organisation portal.OrganisationID) (bool, error)
	InsertOffer(id portal.ResponseID, organisation portal.OrganisationID, by string, at time.Time) error
	EndOffer(id portal.ResponseID, organisation portal.OrganisationID) error
	// InsertWish says whether it is the first of its kind.
	InsertWish(round portal.RoundID, owner, organisation portal.OrganisationID, by string, at time.Time) (bool, error)
	SetResponseState(r portal.Response, to portal.ResponseState) error
	// OpenText lets people write again; the frozen version stays on record, with the reason.
	OpenText(r portal.Response, by portal.AccountID, reason string, at time.Time) error
	// NextNumber reserves the next receipt number of the year until the transaction ends.
	NextNumber(year int) (int, error)
	InsertSubmission(Filed) error
	MarkReceived(number string, by portal.AccountID, at time.Time) error
	// EndSubmission puts a tombstone on something that stood.
	EndSubmission(standing portal.Receipt, to portal.SubmissionState, by portal.Actor, reason string, at time.Time) error
	Publish(received portal.Receipt, to portal.SubmissionState, by string, at time.Time) error
	TakeDown(public portal.Receipt, to portal.SubmissionState, by portal.Actor, reason string, at time.Time) error
	// Parties are the members of the community on the date, or the organisation alone.
	Parties(owner portal.Organisation, on time.Time) ([]portal.Party, error)
	Rule(community portal.OrganisationID) (portal.Rule, error)
	UnknownNames(names []string) ([]string, error)

	Audit(portal.Actor, portal.AuditEvent) error
	// Unchanged ends a write that turned out to have nothing to do.
	Unchanged() error
}

// RoundView is a round with the facts that say what the actor is to it. Its
// deadline is the one that holds for the actor's organisation.
type RoundView struct {
	portal.Round
	Announced               time.Time          // the letter's own deadline
	Extensions              []portal.Extension // that the actor may know of, newest first; only where one round is asked for
	Invited, AskedToForward bool
	Recipient               *portal.Recipient
	Communities             []portal.Organisation // that the actor's organisation is, or belongs to
	Responses               []portal.Response     // that it takes part in: id, kind, owner and state only
}

func (v RoundView) object() policy.Object {
	return policy.Object{State: string(v.State), Invited: v.Invited, AskedToForward: v.AskedToForward}
}

// Reach is how far an invitation has come, and how many stand behind an answer to it.
type Reach struct {
	Recipients, Opened int
	Municipalities     int                // that were invited
	Behind             int                // municipalities behind a submitted answer, each counted once
	Authorities        []portal.Recipient // that were asked to forward
}

// CommunityStanding is where a community stands, without a word of its text.
type CommunityStanding struct {
	Organisation   portal.Organisation
	Response       portal.ResponseID
	State          string // not_opened, opened, the response's state or, once it was sent, that of what was last sent
	Receipt        *portal.Receipt
	Deadline       time.Time // that holds for it
	Municipalities int
	Recipients     int
	Opened         int
}

// SubmissionCount is how many responses have come in, and how many of them the ministry has not received yet.
type SubmissionCount struct{ Submitted, New int }

// Filed is a submission as it is kept: Package holds the canonical bytes that were hashed.
type Filed struct {
	Response       portal.Response
	By             portal.Actor
	Year, Sequence int
	Package        []byte
	Evidence       evidence.Package
}

// Behind are the municipalities that approve all of the answers as they are sent.
func (f Filed) Behind() (ids []string) {
	for _, p := range f.Evidence.Parties {
		if p.Side == string(portal.MunicipalSide) && f.Evidence.Behind(p) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Replaces is the number of what was sent before; empty for what is sent first.
func (f Filed) Replaces() string {
	if last := f.Response.Last(); last != nil {
		return last.Number
	}
	return ""
}

// Said is a position on record, and whose.
type Said struct {
	Organisation portal.Organisation
	IsParty      bool // false: it has left since
	Position     portal.Position
}

// HistoryItem is one line of what happened to a response.
type HistoryItem struct {
	At                 time.Time
	Name, Organisation string
	Action             string
	Detail             map[string]any
}

// Service does the consultation's use cases. Every method decides about rights first.
type Service struct {
	Store Store
	Now   func() time.Time // the server's clock
	NewID func() string    // portal.NewID; a demonstration has fixed ones
	// Logger tells the operator what nobody else can mend.
	Logger *slog.Logger
	// Changed is told, after the commit, whose right to write has changed.
	Changed func(ids []portal.DocumentID)
}

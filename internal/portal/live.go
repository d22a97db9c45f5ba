package portal

import "time"

// StoredText is what is committed of a live document, in the form of Yjs V1
// updates. Its edits are numbered by places, from 1 without a gap.
type StoredText struct {
	Snapshot []byte   // the edits up to some place in one; nil when there is none, or when it holds nothing new
	Updates  [][]byte // those after that place
	Head     int64    // the place of the last
}

// All gives the updates to apply, the snapshot first.
func (s StoredText) All() [][]byte {
	if s.Snapshot == nil {
		return s.Updates
	}
	return append([][]byte{s.Snapshot}, s.Updates...)
}

// Edit is one update of a live document as it was committed.
type Edit struct {
	Place        int64          `json:"place"`
	At           time.Time      `json:"at"`
	Account      AccountID      `json:"account,omitempty"` // empty for what the portal itself wrote
	Organisation OrganisationID `json:"organisation,omitempty"`
	Update       []byte         `json:"update"`
}

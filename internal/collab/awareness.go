package collab

import (
	"encoding/binary"
	"encoding/json"
	"errors"

	"samsvar/internal/portal"
)

// awarenessEntry is what one client says of itself; a nil state says that it is gone.
type awarenessEntry struct {
	client, clock uint64
	state         []byte
}

const (
	maxAwarenessEntries = 64
	maxAwarenessState   = 4 << 10
	maxClientNumber     = 1<<53 - 1
)

var errAwareness = errors.New("malformed awareness")

func parseAwareness(payload []byte) ([]awarenessEntry, error) {
	d := decoder{data: payload}
	n := d.uint()
	if n > maxAwarenessEntries {
		return nil, errAwareness
	}
	entries := make([]awarenessEntry, n)
	for i := range entries {
		e := &entries[i]
		e.client, e.clock, e.state = d.uint(), d.uint(), d.bytes()
		if e.client > maxClientNumber || e.clock > maxClientNumber || len(e.state) > maxAwarenessState {
			return nil, errAwareness
		}
		if string(e.state) == "null" {
			e.state = nil
		}
	}
	return entries, d.end()
}

func encodeAwareness(entries []awarenessEntry) []byte {
	out := binary.AppendUvarint(nil, uint64(len(entries)))
	for _, e := range entries {
		out = binary.AppendUvarint(binary.AppendUvarint(out, e.client), e.clock)
		if e.state == nil {
			out = appendText(out, "null")
		} else {
			out = appendBytes(out, e.state)
		}
	}
	return out
}

// shownState is all that others are told of somebody in a text. Who it is comes from the login alone; a client says
// only where its caret is, and of that only what a caret is made of.
type shownState struct {
	User   shownUser `json:"user"`
	Cursor *cursor   `json:"cursor"`
}

type shownUser struct {
	Name         string `json:"name"`
	Organisation string `json:"organisation"`
	Colour       string `json:"colour"`
}

type cursor struct {
	Anchor relativePosition `json:"anchor"`
	Head   relativePosition `json:"head"`
}

// relativePosition is a place in a Yjs document.
type relativePosition struct {
	Type  *itemID `json:"type"`
	Root  *string `json:"tname"`
	Item  *itemID `json:"item"`
	Assoc int     `json:"assoc"`
}

type itemID struct {
	Client uint64 `json:"client"`
	Clock  uint64 `json:"clock"`
}

func (p relativePosition) valid() bool { return p.Root == nil || *p.Root == "default" }

// showState makes the state that others see of the actor from what the client sent.
func showState(actor portal.Actor, state []byte) ([]byte, error) {
	var said struct {
		Cursor *cursor `json:"cursor"`
	}
	if err := json.Unmarshal(state, &said); err != nil {
		return nil, errAwareness
	}
	if c := said.Cursor; c != nil && !(c.Anchor.valid() && c.Head.valid()) {
		return nil, errAwareness
	}
	user := shownUser{Name: actor.Name, Organisation: actor.OrganisationName, Colour: colourOf(actor.Account)}
	return json.Marshal(shownState{User: user, Cursor: said.Cursor})
}

var colours = [...]string{"blue", "red", "green", "purple", "orange", "teal", "pink", "olive", "brown", "slate"}

// colourOf gives an account the colour that the pages give it too, on every page and day.
func colourOf(account portal.AccountID) string {
	var sum uint32
	for _, r := range string(account) {
		sum = sum*31 + uint32(r)
	}
	return colours[sum%uint32(len(colours))]
}

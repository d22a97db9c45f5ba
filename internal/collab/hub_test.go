package collab_test

import (
	"testing"

	"samsvar/internal/collab"
)

func TestAnEditIsCommittedThenShownThenAcknowledged(t *testing.T) {
	p := open(t, collab.Limits{})
	id := p.document()
	writer, reader := p.dial(newAccount()), p.dial(newAccount())
	writer.join(id, []byte{0, 0})
	reader.join(id, []byte{0, 0})

	hand := newTypist(7)
	for _, word := range []string{"Vi ", "vil ", "samarbeide."} {
		update := hand.types(word)
		writer.send(syncMessage(id, 2, update))
		if saved, reason := writer.status(); !saved {
			t.Fatal("refused:", reason)
		}
		if got := reader.nextSync(2); string(got) != string(update) {
			t.Errorf("the other got %x, sent was %x", got, update)
		}
	}
	if got := p.stored(id); got != "Vi vil samarbeide." {
		t.Errorf("stored is %q", got)
	}
}

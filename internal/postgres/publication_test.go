package postgres_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

// public is what anybody reads of a number.
func (s *sender) public(number string) (portal.SubmissionState, evidence.Package, []byte) {
	s.t.Helper()
	one, err := s.consult.PublishedOne(s.t.Context(), number)
	must(s.t, err)
	var p evidence.Package
	if len(one.Package) > 0 {
		must(s.t, json.Unmarshal(one.Package, &p))
	}
	return one.Receipt.State, p, one.Package
}

func TestWhatIsPublishedIsForAnybodyAndNothingElse(t *testing.T) {
	s := newSender(newHouse(t))
	ctx := t.Context()
	sent := s.send("Til departementet.")
	other := senderTo(s.house, s.ministry, s.round, "k-4203").send("Ikke for alle.")
	wantCode(t, s.consult.Publish(ctx, s.ministry, s.id, sent.Number), "wrong_state") // it is not received
	_, err := s.consult.Receive(ctx, s.ministry, s.id)
	must(t, err)
	wantCode(t, s.consult.Publish(ctx, s.writer, s.id, sent.Number), "not_yours")
	wantCode(t, s.consult.Publish(ctx, s.ministry, s.id, "1999-0001"), "changed_meanwhile")
	for _, number := range []string{sent.Number, other.Number, "1999-0001"} {
		_, err = s.consult.PublishedOne(ctx, number)
		wantCode(t, err, "not_found")
	}
	must(t, s.consult.Publish(ctx, s.ministry, s.id, sent.Number))
	wantCode(t, s.consult.Return(ctx, s.ministry, s.id, sent.Number, "x"), "wrong_state")
	_, err = s.consult.Receive(ctx, s.ministry, s.id) // repeated: nothing happens
	must(t, err)
	list, err := s.consult.Published(ctx, "")
	must(t, err)
	if len(list) != 1 || list[0].Receipt.Number != sent.Number || len(list[0].Package) != 0 {
		t.Errorf("%+v", list)
	}
	state, p, raw := s.public(sent.Number)
	if state != portal.Public || string(p.PackageHash) != sent.PackageHash || !verified(t, s.db, raw).OK() || bytes.Contains(raw, []byte(s.approver.Name)) || bytes.Contains(raw, []byte(s.writer.Name)) {
		t.Errorf("%s %s\n%s", state, raw, verified(t, s.db, raw))
	}
	if len(s.read()) != 2 || s.counted() != 2 {
		t.Error("what is public is read and counted as before")
	}

	// Replaced: public still, and marked; then the new one is public too.
	s.reopen()
	next := s.send("Noe nytt.")
	if state, _, raw := s.public(sent.Number); state != portal.ReplacedByNewer || len(raw) == 0 {
		t.Errorf("replaced: %s", state)
	}
	_, err = s.consult.PublishedOne(ctx, next.Number)
	wantCode(t, err, "not_found")
	_, err = s.consult.Receive(ctx, s.ministry, s.id)
	must(t, err)
	must(t, s.consult.Publish(ctx, s.ministry, s.id, next.Number))
	if one, err := s.consult.PublishedOne(ctx, sent.Number); err != nil || one.ReplacedBy != next.Number {
		t.Errorf("%+v %v", one.ReplacedBy, err)
	}

	// Taken down: a tombstone, and not a word of it. Withdrawn: marked.
	must(t, s.consult.TakeDown(ctx, s.ministry, s.id, sent.Number, "Feil utgave."))
	wantCode(t, s.consult.TakeDown(ctx, s.ministry, s.id, sent.Number, "x"), "not_published")
	one, err := s.consult.PublishedOne(ctx, sent.Number)
	must(t, err)
	if one.Receipt.TakenDown == nil || one.Receipt.TakenDown.Reason != "Feil utgave." || one.Receipt.TakenDown.By != "" || len(one.Package) != 0 {
		t.Errorf("%+v", one.Receipt.TakenDown)
	}
	must(t, s.consult.Withdraw(ctx, s.writer, s.id, next.Number, "Vi har snudd."))
	if state, _, raw := s.public(next.Number); state != portal.TakenBack || len(raw) == 0 {
		t.Errorf("withdrawn: %s", state)
	}
	if len(s.read()) != 1 || s.counted() != 1 {
		t.Error("what was withdrawn is still counted")
	}
}

package postgres_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"samsvar/internal/document"
	"samsvar/internal/portal"
	"samsvar/internal/postgres"
	"samsvar/internal/yjs"
)

// contrary is a decoder that has its own opinion of answer 3.
type contrary func(text json.RawMessage) (json.RawMessage, error)

func (read contrary) Render(ctx context.Context, updates ...[]byte) (json.RawMessage, error) {
	text, err := yjs.Native{}.Render(ctx, updates...)
	if err == nil && bytes.Contains(text, []byte("Svar nummer 3.")) {
		return read(text)
	}
	return text, err
}

func TestWhatTwoDecodersReadDifferentlyIsNotFrozen(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	v, secretariat := h.openRound(h.as("hod", portal.CaseOfficer)), h.as("vestfold", portal.Secretariat)
	r, err := h.consult.Start(ctx, secretariat, v.ID, portal.Joint, portal.Bokmal)
	must(t, err)
	for _, a := range r.Answers {
		h.write(r, a.Number, fmt.Sprintf("Svar nummer %d.", a.Number))
	}
	r = h.ready(secretariat, r)
	var log bytes.Buffer
	h.document.Logger = slog.New(slog.NewTextHandler(&log, nil))
	agreeing, before := h.document, h.audits()
	for name, read := range map[string]contrary{
		"another text": func(text json.RawMessage) (json.RawMessage, error) {
			return bytes.Replace(text, []byte("Svar"), []byte("Svår"), 1), nil
		},
		"no verdict": func(json.RawMessage) (json.RawMessage, error) { return nil, errors.New("cannot read this") },
	} {
		for which, service := range map[string]document.Service{"first": agreeing, "second": agreeing} {
			if which == "first" {
				service.Renderer = read
			} else {
				service.Second = read
			}
			log.Reset()
			_, err := service.Freeze(ctx, secretariat, r.ID, r.Version)
			wantCode(t, err, "text_uncertain")
			if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), string(r.Answers[2].Document)) {
				t.Errorf("%s by the %s decoder is logged as %q", name, which, log.String())
			}
		}
	}
	after, err := h.consult.Response(ctx, secretariat, r.ID)
	must(t, err)
	var frozen int
	must(t, h.db.Pool().QueryRow(ctx, "select (select count(*) from frozen_version) + (select count(*) from document where locked)").Scan(&frozen))
	if after.Version != r.Version || after.State != portal.Draft || after.Freeze != nil || frozen != 0 || h.audits() != before || h.changed != nil {
		t.Errorf("a refused freeze left %+v, %d frozen, %d events", after.Freeze, frozen, h.audits()-before)
	}
	_, err = agreeing.Freeze(ctx, secretariat, r.ID, r.Version)
	must(t, err)
}

// spared is a decoder that is not to be asked.
type spared struct{ t *testing.T }

func (s spared) Render(context.Context, ...[]byte) (json.RawMessage, error) {
	s.t.Error("the second decoder is given what the first refused")
	return nil, errors.New("too much")
}

func TestATextThatIsTooMuchIsNeitherShownNorFrozen(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	v, secretariat := h.openRound(h.as("hod", portal.CaseOfficer)), h.as("vestfold", portal.Secretariat)
	r, err := h.consult.Start(ctx, secretariat, v.ID, portal.Joint, portal.Bokmal)
	must(t, err)
	var marks []string
	for i := range 40 {
		marks = append(marks, fmt.Sprintf(`{"type":"m%d"}`, i))
	}
	update, err := h.renderer.FromJSON(ctx, json.RawMessage(`{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[`+strings.Join(marks, ",")+`]}]}]}`))
	must(t, err)
	must(t, postgres.NewLiveDocuments(h.db.Pool()).Write(ctx, r.Answers[0].Document, secretariat, update))
	for _, a := range r.Answers[1:] {
		h.write(r, a.Number, "Svar.")
	}
	r = h.ready(secretariat, r)
	h.document.Second, h.document.Logger = spared{t}, slog.New(slog.DiscardHandler)
	_, err = h.document.Text(ctx, secretariat, r.ID)
	wantCode(t, err, "text_unreadable")
	_, err = h.document.Freeze(ctx, secretariat, r.ID, r.Version)
	wantCode(t, err, "text_uncertain")
}

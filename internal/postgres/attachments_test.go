package postgres_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
)

// minutes are the bytes of a file that is a PDF as far as anybody can tell from its beginning.
func minutes(text string) []byte { return []byte("%PDF-1.7\n%" + text) }

// word is the smallest file that says of itself to be a Word document.
func word(t *testing.T) []byte {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml"} {
		_, err := z.Create(name)
		must(t, err)
	}
	must(t, z.Close())
	return file.Bytes()
}

func (f frozen) attach(who portal.Actor, name string, content []byte) error {
	treatments := f.party(who).AllTreatments
	return f.signoff.Attach(f.t.Context(), who, f.id, treatments[len(treatments)-1].ID, name, content)
}

func TestTheMinutesLieBesideATreatment(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	town, writer := f.approvers[1], f.as(f.approvers[1].Organisation, portal.Coordinator)
	must(t, f.treat(writer, f.council()))
	must(t, f.attach(writer, `C:\sak\Møtebok: "formannskapet".docx`, minutes("møtebok")))
	must(t, f.attach(writer, "..", word(t)))
	events := f.audits()
	must(t, f.attach(town, "Igjen.pdf", minutes("møtebok")))
	if f.audits() != events {
		t.Error("the same file is there twice")
	}
	beside := f.party(town).AllTreatments[0].Attachments
	if len(beside) != 2 || beside[0].Name != "Møtebok formannskapet.pdf" || beside[0].MediaType != "application/pdf" || beside[1].Name != "vedlegg.docx" {
		t.Fatalf("%+v", beside)
	}

	trust := f.approvers[0]
	file, content, err := f.consult.Attachment(t.Context(), trust, f.id, beside[0].ID) // the other parties may read it
	must(t, err)
	if !bytes.Equal(content, minutes("møtebok")) || file.Hash != beside[0].Hash {
		t.Errorf("%q", content)
	}
	ministry := f.as("hod", portal.CaseOfficer)
	_, _, err = f.consult.Attachment(t.Context(), ministry, f.id, beside[0].ID)
	wantCode(t, err, "not_found")
	_, _, err = f.consult.SentAttachment(t.Context(), ministry, f.id, "", beside[0].ID)
	wantCode(t, err, "not_found")
	_, _, err = f.consult.Attachment(t.Context(), f.as("k-4204", portal.Approver), f.id, beside[0].ID)
	wantCode(t, err, "not_found")
	wantCode(t, f.signoff.Attach(t.Context(), trust, f.id, f.party(town).AllTreatments[0].ID, "Vår.pdf", minutes("andres")), "not_found")

	for _, who := range f.approvers {
		must(t, f.approve(who, f.id, portal.Approved))
	}
	must(t, f.decide())
	must(t, f.submit())
	raw, err := f.db.Package(t.Context(), f.now().Receipt().Number)
	must(t, err)
	var p evidence.Package
	must(t, json.Unmarshal(raw, &p))
	if r := verified(t, f.db, raw); !r.OK() || !strings.Contains(string(raw), beside[0].Hash) {
		t.Errorf("the package does not name the minutes, or fails:\n%s", r)
	}
	sent, content, err := f.consult.SentAttachment(t.Context(), ministry, f.id, "", beside[0].ID)
	must(t, err)
	if sent.Name != beside[0].Name || !bytes.Equal(content, minutes("møtebok")) {
		t.Errorf("%+v", sent)
	}
	wantCode(t, f.attach(writer, "Senere.pdf", minutes("senere")), "wrong_state") // it was sent
}

func TestFilesThatAreNotTaken(t *testing.T) {
	f := newHouse(t).freezeJoint(portal.Rule{})
	town := f.approvers[1]
	must(t, f.treat(town, f.council()))
	reader := f.as(town.Organisation, portal.Reader)
	events := f.audits()
	for what, content := range map[string][]byte{"a page": []byte("<html><script>alert(1)</script></html>"), "nothing": nil, "a program": []byte("MZ\x90\x00\x03"), "an archive": []byte("PK\x05\x06" + strings.Repeat("\x00", 18)),
		"an SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`)} {
		t.Run(what, func(t *testing.T) { wantCode(t, f.attach(town, "Vedtak.pdf", content), "invalid_input") })
	}
	wantCode(t, f.attach(reader, "Vedtak.pdf", minutes("leser")), "not_yours")
	if f.audits() != events {
		t.Error("something was recorded")
	}
	for i := range 10 {
		must(t, f.attach(town, "Vedtak.pdf", minutes(strings.Repeat("x", i+1))))
	}
	wantCode(t, f.attach(town, "Vedtak.pdf", minutes("en til")), "too_many_attachments")
	for _, statement := range []string{"update treatment_attachment set name = 'x'", "delete from treatment_attachment", "truncate treatment_attachment"} {
		if _, err := f.db.Pool().Exec(t.Context(), statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
}

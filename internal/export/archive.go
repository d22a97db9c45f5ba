package export

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"samsvar/internal/evidence"
	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// Archive is a zip for a records system: the package as documents, and arkivmelding.xml, which describes
// them in the form of Fiks Arkiv. The same package gives the same bytes. See docs/evidence.md.
const Archive = "archive"

const (
	fiksArkiv = "https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/"
	system    = "Samsvar"
)

func (s Service) archive(ctx context.Context, raw []byte, language string, p evidence.Package, incoming bool) ([]byte, error) {
	pdf, err := s.Renderer.Render(ctx, PDFA, language, p)
	if err != nil {
		return nil, err
	}
	docx, err := s.Renderer.Render(ctx, DOCX, language, p)
	if err != nil {
		return nil, err
	}
	name := func(format string) string { return FileName(p.Submission.Number, p.Response.Owner.ID, format) }
	files := []file{{name: name(PDF), content: pdf}, {name: name(DOCX), content: docx}, {name: name(JSON), content: raw}}
	beside, err := s.beside(ctx, p)
	if err != nil {
		return nil, err
	}
	files = append(files, beside...)
	message, err := xml.MarshalIndent(describe(p, files, language, incoming), "", "  ")
	if err != nil {
		return nil, err
	}
	return zipped(p.Submission.SubmittedAt, append([]file{{name: "arkivmelding.xml", content: append([]byte(xml.Header), message...)}}, files...))
}

type file struct {
	name    string
	content []byte
	is      evidence.Attachment // what the package says of a file that lies beside a treatment
	of      string              // the party that treated
}

// beside are the files that lie beside the treatments which stand, as the package names them.
func (s Service) beside(ctx context.Context, p evidence.Package) (files []file, err error) {
	for _, party := range p.Parties {
		for _, t := range party.Treatments {
			if slices.ContainsFunc(party.Treatments, func(later evidence.Treatment) bool { return later.Corrects == t.ID }) {
				continue
			}
			for _, a := range t.Attachments {
				content, err := s.Attached(ctx, portal.ResponseID(p.Response.ID), portal.AttachmentID(a.ID))
				if err != nil {
					return nil, fmt.Errorf("attachment %s: %w", a.ID, err)
				}
				if is := fmt.Sprintf("sha256:%x", sha256.Sum256(content)); is != string(a.Hash) {
					return nil, fmt.Errorf("attachment %s is %s, not %s", a.ID, is, a.Hash)
				}
				files = append(files, file{fmt.Sprintf("vedlegg-%d-%s", len(files)+1, a.Name), content, a, party.Name})
			}
		}
	}
	return files, nil
}

// zipped says of all files that they are of the same moment.
func zipped(at time.Time, files []file) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		if err := f.into(z, at); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

func (f file) into(z *zip.Writer, at time.Time) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at.UTC()})
	if err != nil {
		return err
	}
	_, err = w.Write(f.content)
	return err
}

// What follows has the names and the order of the scheme. Names with the prefix are of its catalogue.
type (
	arkivmelding struct {
		XMLName   xml.Name    `xml:"arkivmelding"`
		Namespace string      `xml:"xmlns,attr"`
		Catalogue string      `xml:"xmlns:n5mdk,attr"`
		Instance  string      `xml:"xmlns:xsi,attr"`
		System    string      `xml:"system"`
		Files     int         `xml:"antallFiler"`
		Case      saksmappe   `xml:"mappe"`
		Record    journalpost `xml:"registrering"`
	}
	saksmappe struct {
		Type  string `xml:"xsi:type,attr"`
		Title string `xml:"tittel"`
		Key   key    `xml:"referanseEksternNoekkel"`
	}
	journalpost struct {
		Type           string                `xml:"xsi:type,attr"`
		CreatedAt      string                `xml:"opprettetDato"`
		CreatedBy      string                `xml:"opprettetAv"`
		Case           key                   `xml:"referanseForelderMappe>n5mdk:referanseEksternNoekkel"`
		Documents      []dokumentbeskrivelse `xml:"dokumentbeskrivelse"`
		Title          string                `xml:"tittel"`
		Notes          []merknad             `xml:"merknad"`
		Earlier        *key                  `xml:"kryssreferanse>referanseTilRegistrering>n5mdk:referanseEksternNoekkel,omitempty"`
		Correspondents []korrespondansepart  `xml:"korrespondansepart"`
		Key            key                   `xml:"referanseEksternNoekkel"`
		Direction      code                  `xml:"journalposttype"`
		Date           string                `xml:"dokumentetsDato"`
		ReceivedAt     string                `xml:"mottattDato,omitempty"`
		SentAt         string                `xml:"sendtDato,omitempty"`
		Attachments    int                   `xml:"antallVedlegg"`
	}
	dokumentbeskrivelse struct {
		Type    code             `xml:"dokumenttype"`
		Status  code             `xml:"dokumentstatus"`
		Title   string           `xml:"tittel"`
		As      code             `xml:"tilknyttetRegistreringSom"`
		Number  int              `xml:"dokumentnummer"`
		Objects []dokumentobjekt `xml:"dokumentobjekt"`
		Key     *key             `xml:"referanseEksternNoekkel,omitempty"`
	}
	dokumentobjekt struct {
		Version   int    `xml:"versjonsnummer"`
		Variant   code   `xml:"variantformat"`
		Format    *code  `xml:"format,omitempty"` // not said of what others have made: its version is not known
		Media     string `xml:"mimeType"`
		Name      string `xml:"filnavn"`
		File      string `xml:"referanseDokumentfil"`
		Checksum  string `xml:"sjekksum"`
		Algorithm string `xml:"sjekksumAlgoritme"`
		Size      int    `xml:"filstoerrelse"`
	}
	merknad struct {
		Text string `xml:"merknadstekst"`
		Type code   `xml:"merknadstype"`
		Date string `xml:"merknadsdato"`
		By   string `xml:"merknadRegistrertAv"`
	}
	korrespondansepart struct {
		ID        string `xml:"korrespondansepartID,omitempty"`
		Type      code   `xml:"korrespondanseparttype"`
		Name      string `xml:"korrespondansepartNavn"`
		Reference string `xml:"deresReferanse,omitempty"`
	}
	code struct {
		Code string `xml:"n5mdk:kode"`
		Name string `xml:"n5mdk:beskrivelse"`
	}
	key struct {
		System string `xml:"n5mdk:fagsystem"`
		Key    string `xml:"n5mdk:noekkel"`
	}
)

// The codes are those of the code lists that belong to Fiks Arkiv; formats are named as in PRONOM.
var (
	incomingDocument = code{"I", "Inngående dokument"}
	outgoingDocument = code{"U", "Utgående dokument"}
	sender           = code{"EA", "Avsender"}
	recipient        = code{"EM", "Mottaker"}
	copyRecipient    = code{"EK", "Kopimottaker"}
	correspondence   = code{"KORR", "Korrespondanse"}
	finished         = code{"F", "Dokumentet er ferdigstilt"}
	mainDocument     = code{"H", "Hoveddokument"}
	attachment       = code{"V", "Vedlegg"}
	forArchive       = code{"A", "Arkivformat"}
	forUse           = code{"P", "Produksjonsformat"}
	archivist        = code{"MA", "Arkivmerknad"}
	formatPDFA       = code{"fmt/476", "PDF/A-2a"}
	formatDOCX       = code{"fmt/412", "Microsoft Word (DOCX)"}
	formatJSON       = code{"fmt/817", "JSON"}
)

func describe(p evidence.Package, files []file, language string, incoming bool) arkivmelding {
	w, inCase := archiveLanguages[language], key{system, p.Round.ID}
	out := arkivmelding{Namespace: fiksArkiv + "arkivmelding/opprett/v1", Catalogue: fiksArkiv + "metadatakatalog/v1",
		Instance: "http://www.w3.org/2001/XMLSchema-instance", System: system, Files: len(files),
		Case:   saksmappe{Type: "saksmappe", Title: cmp.Or(w.of(p.Round.Title), p.Round.Title.NB, p.Round.Title.NN, p.Round.Slug), Key: inCase},
		Record: journalpostOf(p, files, w, incoming)}
	out.Record.Case = inCase
	return out
}

func journalpostOf(p evidence.Package, files []file, w archiveWords, incoming bool) journalpost {
	at := p.Submission.SubmittedAt.Format(time.RFC3339)
	title := fmt.Sprintf(w.from, w.kinds[p.Response.Kind], p.Response.Owner.Name)
	out := journalpost{Type: "journalpost", CreatedAt: at, CreatedBy: cmp.Or(p.Submission.SubmittedBy.Name, p.Submission.SubmittedBy.Organisation), Title: title, Key: key{system, p.Submission.Number},
		Date:  p.Submission.SubmittedAt.In(workflow.Oslo).Format(time.DateOnly),
		Notes: []merknad{noteOf(at, positionsIn(p, w)), noteOf(at, hashesIn(p, w))}, Correspondents: correspondents(p)}
	if out.Direction, out.SentAt = outgoingDocument, at; incoming {
		out.Direction, out.SentAt, out.ReceivedAt = incomingDocument, "", at
	}
	if p.Submission.Replaces != nil {
		out.Earlier = &key{system, p.Submission.Replaces.Number}
	}
	out.Documents = []dokumentbeskrivelse{
		{Title: title, As: mainDocument, Number: 1, Objects: []dokumentobjekt{
			objectOf(files[0], forArchive, formatPDFA, "application/pdf"),
			objectOf(files[1], forUse, formatDOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")}},
		{Title: w.data, As: attachment, Number: 2, Key: &key{system, string(p.PackageHash)}, Objects: []dokumentobjekt{objectOf(files[2], forUse, formatJSON, "application/json")}},
	}
	for i, f := range files[3:] {
		out.Documents = append(out.Documents, dokumentbeskrivelse{Title: fmt.Sprintf("%s: %s", f.of, f.is.Name), As: attachment, Number: 3 + i, Key: &key{system, f.is.ID},
			Objects: []dokumentobjekt{objectOf(f, forUse, code{}, f.is.MediaType)}})
	}
	out.Attachments = len(out.Documents) - 1
	for i := range out.Documents {
		out.Documents[i].Type, out.Documents[i].Status = correspondence, finished
	}
	return out
}

func objectOf(f file, variant, format code, media string) dokumentobjekt {
	out := dokumentobjekt{Version: 1, Variant: variant, Media: media, Name: f.name, File: f.name,
		Checksum: fmt.Sprintf("%x", sha256.Sum256(f.content)), Algorithm: "SHA-256", Size: len(f.content)}
	if format.Code != "" {
		out.Format = &format
	}
	return out
}

// correspondents are, beside the ministry, those who send: the owner, and the parties behind what is sent. The others were told of it.
func correspondents(p evidence.Package) []korrespondansepart {
	owner := p.Response.Owner
	out := []korrespondansepart{{ID: owner.ID, Type: sender, Name: owner.Name}, {Type: recipient, Name: p.Round.Sender, Reference: p.Round.Reference}}
	for _, party := range p.Parties {
		one := korrespondansepart{ID: party.ID, Type: copyRecipient, Name: party.Name}
		if p.Behind(party) {
			one.Type = sender
		}
		if party.ID != owner.ID {
			out = append(out, one)
		}
	}
	return out
}

func positionsIn(p evidence.Package, w archiveWords) []string {
	lines := []string{w.parties}
	for _, party := range p.Parties {
		kind := "no_response"
		switch {
		case party.Position != nil && !party.Position.Enough():
			kind = "pending"
		case party.Position != nil:
			kind = party.Position.Kind
		case party.Silence != nil && party.Silence.Counted:
			kind = "counted"
		}
		line := party.Name + ": " + w.positions[kind]
		switch {
		case party.Position != nil && party.Position.Uncounted != "":
			line += w.uncounted[party.Position.Uncounted]
		case (kind == "approved" || kind == "approved_with_remark") && !p.Behind(party):
			line += w.earlier
		}
		lines = append(lines, line)
	}
	return lines
}

func hashesIn(p evidence.Package, w archiveWords) []string {
	lines := []string{w.hashes, fmt.Sprintf("%s: %s", w.whole, p.PackageHash), fmt.Sprintf("%s %d: %s", w.frozen, p.Freeze.Number, p.Freeze.Hash)}
	for _, a := range p.Answers {
		lines = append(lines, fmt.Sprintf("%s %d: %s", w.answer, a.Number, a.Hash))
	}
	return lines
}

func noteOf(at string, lines []string) merknad {
	return merknad{Text: strings.Join(lines, "\n"), Type: archivist, Date: at, By: system}
}

// archiveWords are what the description says in words that no code list gives.
type archiveWords struct {
	of                                                          func(evidence.Text) string
	from, data, parties, earlier, hashes, whole, frozen, answer string
	kinds, positions, uncounted                                 map[string]string
}

var archiveLanguages = map[string]archiveWords{
	"nb": {of: func(t evidence.Text) string { return t.NB },
		from: "%s fra %s", data: "Datapakke med kontrollsummer", parties: "Partene og standpunktene deres:", earlier: ", men ikke hele teksten slik den er sendt",
		hashes: "Kontrollsummer:", whole: "Pakken", frozen: "Lås for godkjenning nr.", answer: "Svar",
		kinds: map[string]string{"joint": "Felles innspill", "separate": "Eget innspill"},
		positions: map[string]string{"approved": "godkjent", "approved_with_remark": "godkjent med særmerknad", "rejected": "avvist",
			"stands_outside": "står utenfor", "pending": "ikke avgjort", "no_response": "har ikke svart", "counted": "har ikke svart, og regnes etter regelen som enig"},
		uncounted: map[string]string{"parties": ", men det telte ikke: partene ble andre etterpå", "mandate": ", men det telte ikke: fullmakten var avsluttet"}},
	"nn": {of: func(t evidence.Text) string { return t.NN },
		from: "%s frå %s", data: "Datapakke med kontrollsummar", parties: "Partane og standpunkta deira:", earlier: ", men ikkje heile teksten slik han er send",
		hashes: "Kontrollsummar:", whole: "Pakken", frozen: "Lås for godkjenning nr.", answer: "Svar",
		kinds: map[string]string{"joint": "Felles innspel", "separate": "Eige innspel"},
		positions: map[string]string{"approved": "godkjent", "approved_with_remark": "godkjent med særmerknad", "rejected": "avvist",
			"stands_outside": "står utanfor", "pending": "ikkje avgjort", "no_response": "har ikkje svart", "counted": "har ikkje svart, og blir etter regelen rekna som einig"},
		uncounted: map[string]string{"parties": ", men det talde ikkje: partane vart andre etterpå", "mandate": ", men det talde ikkje: fullmakta var avslutta"}},
}

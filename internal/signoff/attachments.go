package signoff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"

	"samsvar/internal/portal"
)

const (
	attachmentsMost = 10
	attachmentName  = 150 // characters
)

// attachable are the kinds of files that are taken, by what their bytes say, and how their names end.
var attachable = map[string]string{
	"application/pdf": ".pdf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"application/vnd.oasis.opendocument.text":                                 ".odt",
	"image/png":  ".png",
	"image/jpeg": ".jpg",
}

// Attach lays a file beside a record of how the actor's organisation treated the answer. The same file again changes nothing.
func (s Service) Attach(ctx context.Context, actor portal.Actor, id portal.ResponseID, treatment portal.TreatmentID, name string, content []byte) error {
	return s.change(ctx, actor, id, "response.treat", func(tx Tx, r portal.Response) (map[string]any, error) {
		p, _ := r.Party(actor.Organisation)
		standing := p.Treatments()
		i := slices.IndexFunc(standing, func(t portal.Treatment) bool { return t.ID == treatment })
		if i < 0 {
			return nil, portal.Missing()
		}
		a, err := s.attachment(actor, name, content)
		switch {
		case err != nil:
			return nil, err
		case slices.ContainsFunc(standing[i].Attachments, func(x portal.Attachment) bool { return x.Hash == a.Hash }):
			return nil, tx.Unchanged()
		case len(standing[i].Attachments) >= attachmentsMost:
			return nil, portal.Conflictf("too_many_attachments", "there are %d already", attachmentsMost)
		}
		return map[string]any{"attachment": a.Name, "hash": a.Hash, "body": standing[i].Body}, tx.InsertAttachment(r, treatment, a, content)
	})
}

func (s Service) attachment(actor portal.Actor, name string, content []byte) (portal.Attachment, error) {
	media, _, _ := strings.Cut(mimetype.Detect(content).String(), ";")
	ending, taken := attachable[media]
	if !taken {
		return portal.Attachment{}, portal.InvalidField("file", "unknown_file_type", "not a PDF, Word, OpenDocument, PNG or JPEG file")
	}
	sum := sha256.Sum256(content)
	return portal.Attachment{ID: portal.AttachmentID(s.NewID()), Name: fileName(name, ending), MediaType: media, Size: len(content),
		Hash: "sha256:" + hex.EncodeToString(sum[:]), Account: actor.Account, By: actor.Name, AddedAt: s.Now()}, nil
}

// fileName is a name that is safe to show and to save under, and ends as the file is.
func fileName(name, ending string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*/`, r) {
			return -1
		}
		return r
	}, name))
	stem := strings.Trim(strings.TrimSuffix(name, path.Ext(name)), ". ")
	if stem == "" {
		stem = "vedlegg"
	}
	if letters := []rune(stem); len(letters) > attachmentName {
		stem = string(letters[:attachmentName])
	}
	return stem + ending
}

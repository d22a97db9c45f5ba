package consult

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// invitation is the file format of a round. Unknown keys are refused: what is
// silently dropped would be missing in the letter.
type invitation struct {
	Slug            string      `yaml:"slug"`
	Title           portal.Text `yaml:"title"`
	Sender          string      `yaml:"sender"`
	SignedByRole    string      `yaml:"signed_by_role"`
	Reference       string      `yaml:"reference"`
	Issued          yaml.Node   `yaml:"issued"`
	Deadline        yaml.Node   `yaml:"deadline"`
	Kind            yaml.Node   `yaml:"kind"`
	Addressees      yaml.Node   `yaml:"addressees"`
	CopyTo          []string    `yaml:"copy_to"`
	JointAnswers    yaml.Node   `yaml:"joint_answers"`
	SeparateAnswers yaml.Node   `yaml:"separate_answers"`
	AcceptsLate     *bool       `yaml:"accepts_late"`
	LogReading      bool        `yaml:"log_reading"`
	SendTo          string      `yaml:"send_to"`
	PriorityGroups  yaml.Node   `yaml:"priority_groups"`
	Background      paragraphs  `yaml:"background"`
	Questions       []struct {
		portal.Text   `yaml:",inline"`
		Optional      bool      `yaml:"optional"`
		Collects      yaml.Node `yaml:"collects"`
		GuidanceWords int       `yaml:"guidance_words"`
	} `yaml:"questions"`
}

type paragraphs struct {
	NB []string `yaml:"nb"`
	NN []string `yaml:"nn"`
}

// DefaultLoginAge is how old a login may be when one signs or sends, where the round says nothing else.
const DefaultLoginAge = 15 * time.Minute

// ParseInvitation reads an invitation file. What is wrong comes back as one
// error with a field per fault: name, line from 1, and the reason.
func ParseInvitation(raw []byte) (portal.Round, error) {
	var in invitation
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&in); err != nil {
		return portal.Round{}, invalidFile(err)
	}
	var again yaml.Node
	if err := decoder.Decode(&again); !errors.Is(err, io.EOF) {
		return portal.Round{}, fileFaults(portal.Field{Name: "file", Code: "one_document", Line: again.Line, Detail: "the file holds more than one document"})
	}
	return in.round()
}

func (in invitation) round() (portal.Round, error) {
	f := &faults{}
	r := portal.Round{
		Slug: in.Slug, Title: in.Title, Sender: in.Sender, SignedByRole: in.SignedByRole, Reference: in.Reference,
		Kind:            f.choice("kind", in.Kind, "addressed", "addressed"),
		JointAnswers:    f.choice("joint_answers", in.JointAnswers, "encouraged", "encouraged", "allowed", "no"),
		SeparateAnswers: f.choice("separate_answers", in.SeparateAnswers, "allowed", "allowed", "no"),
		AcceptsLate:     in.AcceptsLate == nil || *in.AcceptsLate,
		LogsReading:     in.LogReading,
		Login:           portal.Login{Age: DefaultLoginAge},
		Background:      portal.Paragraphs(in.Background),
		PriorityGroups:  portal.Paragraphs(f.groups(in.PriorityGroups)),
		Addressees:      f.choices("addressees", in.Addressees, "all_municipalities", "all_regional_health_authorities"),
		CopyTo:          in.CopyTo, SendTo: in.SendTo,
	}
	f.need("slug", slugForm.MatchString(in.Slug), "invalid", "small letters, digits and hyphens, 2 to 80 of them")
	f.need("title", in.Title != portal.Text{}, "required", "a title with nb or nn")
	f.need("sender", in.Sender != "", "required", "who sends the invitation")
	f.need("questions", len(in.Questions) > 0 && len(in.Questions) <= 50, "required", "1 to 50 questions")
	var err error
	if r.Issued, err = Issued(in.Issued.Value); err != nil {
		f.at("issued", in.Issued.Line, "invalid_date", "the letter's date, as 2006-01-02")
	}
	if r.Deadline, err = workflow.ParseDeadline(in.Deadline.Value); err != nil {
		f.at("deadline", in.Deadline.Line, "invalid_date", "a date as 2006-01-02, or a time with offset")
	}
	for i, q := range in.Questions {
		f.need(fmt.Sprintf("questions.%d", i), q.Text != portal.Text{}, "required", "a question with nb or nn")
		r.Questions = append(r.Questions, portal.Question{Text: q.Text, Optional: q.Optional,
			Collects: f.choice("collects", q.Collects, "", "good_examples"), GuidanceWords: max(0, q.GuidanceWords)})
	}
	return r, f.err()
}

var slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,79}$`)

// faults collects what is wrong with a file, so that one try shows all of it.
type faults []portal.Field

func (f *faults) at(name string, line int, code, detail string) {
	*f = append(*f, portal.Field{Name: name, Code: code, Line: line, Detail: detail})
}

func (f *faults) need(name string, ok bool, code, detail string) {
	if !ok {
		f.at(name, 0, code, detail)
	}
}

func (f *faults) choice(name string, n yaml.Node, fallback string, allowed ...string) string {
	if n.IsZero() {
		return fallback
	}
	for _, a := range allowed {
		if n.Value == a {
			return a
		}
	}
	f.at(name, n.Line, "not_supported", fmt.Sprintf("%q is not one of %v", n.Value, allowed))
	return fallback
}

func (f *faults) choices(name string, n yaml.Node, allowed ...string) []string {
	if n.Kind != 0 && n.Kind != yaml.SequenceNode {
		f.at(name, n.Line, "invalid", "a list")
		return nil
	}
	var out []string
	for _, item := range n.Content {
		if c := f.choice(name, *item, "", allowed...); c != "" {
			out = append(out, c)
		}
	}
	return out
}

// groups takes a plain list (bokmål) or lists under nb and nn.
func (f *faults) groups(n yaml.Node) paragraphs {
	var p paragraphs
	var err error
	switch {
	case n.IsZero():
	case n.Kind == yaml.SequenceNode:
		err = n.Decode(&p.NB)
	default:
		err = n.Decode(&p)
	}
	if err != nil {
		f.at("priority_groups", n.Line, "invalid", "a list, or lists under nb and nn")
	}
	return p
}

func (f *faults) err() error {
	if len(*f) == 0 {
		return nil
	}
	return fileFaults(*f...)
}

func fileFaults(fields ...portal.Field) error {
	e := portal.Invalidf("invalid_file", "faults in the invitation file: %d", len(fields))
	e.Fields = fields
	return e
}

var unknownKey = regexp.MustCompile(`field (\S+) not found in type`)

var lineOf = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// invalidFile turns the parser's words into fields with lines.
func invalidFile(err error) error {
	messages := []string{err.Error()}
	var many *yaml.TypeError
	if errors.As(err, &many) {
		messages = many.Errors
	}
	var fields []portal.Field
	for _, m := range messages {
		field := portal.Field{Name: "file", Code: "not_readable", Detail: m}
		if found := lineOf.FindStringSubmatch(m); found != nil {
			field.Line, _ = strconv.Atoi(found[1])
			field.Detail = found[2]
		}
		if key := unknownKey.FindStringSubmatch(m); key != nil {
			field.Name, field.Code, field.Detail = key[1], "unknown_key", fmt.Sprintf("%q is not part of an invitation", key[1])
		}
		fields = append(fields, field)
	}
	return fileFaults(fields...)
}

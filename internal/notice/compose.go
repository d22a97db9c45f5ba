package notice

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"samsvar/internal/portal"
)

// Message is a mail as it is sent: the same in plain text and in HTML.
type Message struct {
	ID         string // the same at every try; it becomes the Message-ID
	Name       string // of the recipient
	Address    string
	Language   portal.Language
	Subject    string
	Text, HTML string
}

// line is an item in words.
type line struct {
	Happened string
	Owed     string
	For, Due string
	Link     string
}

func (s Service) compose(m Mail, items []Item) Message {
	l := m.Account.Language
	page := struct {
		Language                       portal.Language
		Greeting, Waiting, Concerns    string
		DueBy, Open, Ending, Reminders string
		Lines                          []line
	}{l, labels["greeting"].In(l), labels["waiting"].In(l), labels["for"].In(l), labels["due"].In(l), labels["open"].In(l), labels["ending"].In(l),
		s.Base + "/notices", nil}
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n\n", page.Greeting)
	for _, item := range items {
		line := item.words(l)
		page.Lines = append(page.Lines, line)
		if line.Happened != "" {
			fmt.Fprintln(&text, line.Happened)
		}
		if line.Owed != "" {
			fmt.Fprintf(&text, "%s%s\n", page.Waiting, line.Owed)
		}
		fmt.Fprintf(&text, "%s%s\n", page.Concerns, line.For)
		if line.Due != "" {
			fmt.Fprintf(&text, "%s%s\n", page.DueBy, line.Due)
		}
		fmt.Fprintf(&text, "%s: %s\n\n", page.Open, line.Link)
	}
	fmt.Fprintf(&text, "%s %s\n", page.Ending, page.Reminders)
	var html bytes.Buffer
	if err := mailPage.Execute(&html, page); err != nil {
		panic(err) // plain strings, into memory
	}
	return Message{ID: m.ID, Name: m.Account.Name, Address: m.Account.Email, Language: l, Subject: subject(items, l), Text: text.String(), HTML: html.String()}
}

func (i Item) words(l portal.Language) line {
	out := line{Happened: i.fill(happenings[i.Kind].sentence.In(l), l), For: i.For, Link: i.Link}
	if i.Turn != nil {
		out.Owed, out.Due = turnTitle(*i.Turn, i.owner(), l), momentIn(i.Turn.Round.Deadline, l)
	}
	return out
}

func (i Item) fill(text string, l portal.Language) string {
	return strings.NewReplacer("{owner}", i.owner(), "{deadline}", momentIn(i.Round.Deadline, l), "{moment}", momentIn(i.Moment, l)).Replace(text)
}

// owner is who answers; where nobody has begun, the one who is to.
func (i Item) owner() string {
	if i.Owner == "" {
		return i.For
	}
	return i.Owner
}

// subject says what is owed and by when; else what has happened.
func subject(items []Item, l portal.Language) string {
	owed := slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return i.Turn == nil })
	slices.SortStableFunc(owed, func(a, b Item) int { return a.Turn.Round.Deadline.Compare(b.Turn.Round.Deadline) })
	switch {
	case len(owed) > 1 && items[0].Kind == "":
		return fmt.Sprintf(labels["tasks"].In(l), len(owed)) + dateIn(owed[0].Turn.Round.Deadline)
	case len(owed) > 0:
		turn := owed[0].Turn
		return turnTitle(*turn, owed[0].owner(), l) + labels["by"].In(l) + dateIn(turn.Round.Deadline) + more(items, l)
	}
	return items[0].fill(happenings[items[0].Kind].title.In(l), l) + more(items, l)
}

func more(items []Item, l portal.Language) string {
	if len(items) == 1 {
		return ""
	}
	return fmt.Sprintf(labels["more"].In(l), len(items)-1)
}

var mailPage = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="{{.Language}}"><body style="font-family: sans-serif; line-height: 1.5; color: #1b2726">
<p>{{.Greeting}}</p>
{{range .Lines}}<div style="margin: 0 0 1.5em; padding-left: 1em; border-left: 3px solid #0b5c56">
{{with .Happened}}<p>{{.}}</p>{{end}}
{{with .Owed}}<p>{{$.Waiting}}<strong>{{.}}</strong></p>{{end}}
<p>{{$.Concerns}}{{.For}}{{with .Due}}<br>{{$.DueBy}}<strong>{{.}}</strong>{{end}}</p>
<p><a href="{{.Link}}">{{$.Open}}</a></p>
</div>
{{end}}<p style="color: #4b5b59; font-size: 0.875em">{{.Ending}} <a href="{{.Reminders}}">{{.Reminders}}</a></p>
</body></html>
`))

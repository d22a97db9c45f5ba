package notice

import (
	"fmt"
	"strings"
	"time"

	"samsvar/internal/portal"
	"samsvar/internal/workflow"
)

// phrase is what a mail says of something that has happened: a title for its
// subject, and a sentence. Neither tells anything that stands in a draft, nor
// who has said what about it: mail is read by many machines on its way.
type phrase struct{ title, sentence portal.Text }

func say(nbTitle, nnTitle, nb, nn string) phrase {
	return phrase{portal.Text{NB: nbTitle, NN: nnTitle}, portal.Text{NB: nb, NN: nn}}
}

// happenings are the words of every kind that is mailed.
var happenings = map[Kind]phrase{
	"invited": say("Invitasjon til innspill", "Invitasjon til innspel",
		"Dere er invitert til å komme med innspill.",
		"De er inviterte til å kome med innspel."),
	"extended": say("Ny frist for innspillet", "Ny frist for innspelet",
		"Fristen er forlenget til {deadline}.",
		"Fristen er forlengd til {deadline}."),
	"begun": say("{owner} har begynt på innspillet", "{owner} har byrja på innspelet",
		"Innspillet fra {owner} er startet, og dere kan skrive.",
		"Innspelet frå {owner} er starta, og de kan skrive."),
	"assigned": say("Dere har fått et svar å skrive", "De har fått eit svar å skrive",
		"Dere har fått ansvaret for et svar i innspillet fra {owner}.",
		"De har fått ansvaret for eit svar i innspelet frå {owner}."),
	"laid_before": say("Teksten er låst for godkjenning", "Teksten er låst for godkjenning",
		"Teksten i innspillet fra {owner} er låst og lagt fram for partene.",
		"Teksten i innspelet frå {owner} er låst og lagd fram for partane."),
	"offered": say("Tilbud om å slutte seg til et innspill", "Tilbod om å slutte seg til eit innspel",
		"{owner} tilbyr dere å slutte dere til innspillet sitt. Teksten er låst, og dere kan lese den.",
		"{owner} tilbyr dykk å slutte dykk til innspelet sitt. Teksten er låst, og de kan lese han."),
	"parties_changed": say("Det er endret hvem som svarer sammen", "Det er endra kven som svarer saman",
		"Teksten i innspillet fra {owner} er lagt fram på nytt, fordi det er endret hvem som er parter.",
		"Teksten i innspelet frå {owner} er lagd fram på nytt, fordi det er endra kven som er partar."),
	"reopened": say("Teksten er åpnet igjen: {owner}", "Teksten er opna igjen: {owner}",
		"Teksten i innspillet fra {owner} er åpnet igjen og kan endres. Dere får beskjed når den er låst på nytt.",
		"Teksten i innspelet frå {owner} er opna igjen og kan endrast. De får beskjed når han er låst på nytt."),
	"rejected": say("En part har avvist teksten: {owner}", "Ein part har avvist teksten: {owner}",
		"En part har avvist teksten i innspillet fra {owner}. Innspillet kan ikke sendes før det er løst.",
		"Ein part har avvist teksten i innspelet frå {owner}. Innspelet kan ikkje sendast før det er løyst."),
	"remark": say("Ny særmerknad: {owner}", "Ny særmerknad: {owner}",
		"En part har en særmerknad til innspillet fra {owner}.",
		"Ein part har ein særmerknad til innspelet frå {owner}."),
	"silence_warning": say("Taushet blir regnet som samtykke: {owner}", "Å ikkje svare blir rekna som samtykke: {owner}",
		"Svarer dere ikke før {moment}, blir det regnet som at dere samtykker til innspillet fra {owner}.",
		"Svarer de ikkje før {moment}, blir det rekna som at de samtykkjer til innspelet frå {owner}."),
	"mandate_given": say("Du har fått fullmakt fra {owner}", "Du har fått fullmakt frå {owner}",
		"{owner} har gitt deg fullmakt til å ta standpunkt. Hva den gjelder og hvor lenge, står i Samsvar.",
		"{owner} har gitt deg fullmakt til å ta standpunkt. Kva ho gjeld og kor lenge, står i Samsvar."),
	"mandate_ended": say("Fullmakten fra {owner} er avsluttet", "Fullmakta frå {owner} er avslutta",
		"Fullmakten som {owner} hadde gitt deg, er avsluttet.",
		"Fullmakta som {owner} hadde gitt deg, er avslutta."),
	"meeting_called": say("Møte i {owner}", "Møte i {owner}",
		"Det er kalt inn til møte i {owner} {moment}.",
		"Det er kalla inn til møte i {owner} {moment}."),
	"meeting_changed": say("Møtet i {owner} er endret", "Møtet i {owner} er endra",
		"Møtet i {owner} er endret. Det er {moment}.",
		"Møtet i {owner} er endra. Det er {moment}."),
	"meeting_cancelled": say("Møtet i {owner} er avlyst", "Møtet i {owner} er avlyst",
		"Møtet i {owner} {moment} er avlyst. Hvorfor står i Samsvar.",
		"Møtet i {owner} {moment} er avlyst. Kvifor står i Samsvar."),
	"mentioned": say("Du er nevnt i en kommentar: {owner}", "Du er nemnd i ein kommentar: {owner}",
		"Du er nevnt i en kommentar til innspillet fra {owner}.",
		"Du er nemnd i ein kommentar til innspelet frå {owner}."),
	"submitted": say("Innspillet er sendt inn: {owner}", "Innspelet er sendt inn: {owner}",
		"Innspillet fra {owner} er sendt til departementet. Kvitteringen ligger i Samsvar.",
		"Innspelet frå {owner} er sendt til departementet. Kvitteringa ligg i Samsvar."),
	"returned": say("Departementet har sendt innspillet tilbake: {owner}", "Departementet har sendt innspelet tilbake: {owner}",
		"Departementet har sendt innspillet fra {owner} tilbake av formelle grunner. Hva som mangler, står i Samsvar.",
		"Departementet har sendt innspelet frå {owner} tilbake av formelle grunnar. Kva som manglar, står i Samsvar."),
	"withdrawn": say("Innspillet er trukket: {owner}", "Innspelet er trekt: {owner}",
		"Innspillet fra {owner} er trukket, og gjelder ikke lenger. Hvorfor står i Samsvar.",
		"Innspelet frå {owner} er trekt, og gjeld ikkje lenger. Kvifor står i Samsvar."),
	"published": say("Innspillet er publisert: {owner}", "Innspelet er publisert: {owner}",
		"Departementet har publisert innspillet fra {owner}. Alle kan lese det.",
		"Departementet har publisert innspelet frå {owner}. Alle kan lese det."),
	"taken_down": say("Innspillet er ikke lenger publisert: {owner}", "Innspelet er ikkje lenger publisert: {owner}",
		"Departementet har tatt ned innspillet fra {owner} fra de åpne sidene. Hvorfor står i Samsvar.",
		"Departementet har teke ned innspelet frå {owner} frå dei opne sidene. Kvifor står i Samsvar."),
}

// turns are the words of everything that can be owed, by the first page's kinds, and the page where it is done.
var turns = map[string]struct {
	title portal.Text
	page  string
}{
	"open_round":            {portal.Text{NB: "Åpne innspillsrunden", NN: "Opne innspelsrunden"}, ""},
	"read_invitation":       {portal.Text{NB: "Les invitasjonen", NN: "Les invitasjonen"}, ""},
	"forward":               {portal.Text{NB: "Send invitasjonen videre", NN: "Send invitasjonen vidare"}, ""},
	"start_response":        {portal.Text{NB: "Start det felles innspillet for {owner}", NN: "Start det felles innspelet for {owner}"}, ""},
	"receive":               {portal.Text{NB: "Bekreft innspill som er mottatt", NN: "Stadfest innspel som er mottekne"}, "/submissions"},
	"write_answers":         {portal.Text{NB: "Skriv innspillet for {owner}", NN: "Skriv innspelet for {owner}"}, "/write"},
	"freeze":                {portal.Text{NB: "Lås teksten for godkjenning: {owner}", NN: "Lås teksten for godkjenning: {owner}"}, ""},
	"take_position":         {portal.Text{NB: "Ta standpunkt til innspillet fra {owner}", NN: "Ta standpunkt til innspelet frå {owner}"}, "/signoff"},
	"speak_for":             {portal.Text{NB: "Ta standpunkt på vegne av andre til innspillet fra {owner}", NN: "Ta standpunkt på vegner av andre til innspelet frå {owner}"}, "/signoff"},
	"join_position":         {portal.Text{NB: "Si om du slutter deg til standpunktet til innspillet fra {owner}", NN: "Sei om du sluttar deg til standpunktet til innspelet frå {owner}"}, "/signoff"},
	"endorse":               {portal.Text{NB: "Si om dere slutter dere til innspillet fra {owner}", NN: "Sei om de sluttar dykk til innspelet frå {owner}"}, ""},
	"confirm_position":      {portal.Text{NB: "Oppretthold eller endre standpunktet til innspillet fra {owner}", NN: "Oppretthald eller endre standpunktet til innspelet frå {owner}"}, "/signoff"},
	"settle_remark":         {portal.Text{NB: "Ta stilling til særmerknaden deres på nytt: {owner}", NN: "Ta stilling til særmerknaden dykkar på nytt: {owner}"}, "/signoff"},
	"see_remarks":           {portal.Text{NB: "Les særmerknader til innspillet fra {owner}", NN: "Les særmerknader til innspelet frå {owner}"}, "/signoff"},
	"resolve_rejection":     {portal.Text{NB: "Finn en løsning: teksten fra {owner} er avvist", NN: "Finn ei løysing: teksten frå {owner} er avvist"}, ""},
	"record_decision":       {portal.Text{NB: "Registrer vedtaket for {owner}", NN: "Registrer vedtaket for {owner}"}, ""},
	"record_recommendation": {portal.Text{NB: "Registrer anbefalingen for {owner}", NN: "Registrer tilrådinga for {owner}"}, ""},
	"submit":                {portal.Text{NB: "Send inn innspillet fra {owner}", NN: "Send inn innspelet frå {owner}"}, "/submit"},
	"returned":              {portal.Text{NB: "Rett innspillet fra {owner}, som er sendt tilbake", NN: "Rett innspelet frå {owner}, som er sendt tilbake"}, ""},
}

// turnTitle is what is owed, in words; of what has no words here, that there is something.
func turnTitle(t Turn, owner string, l portal.Language) string {
	known, ok := turns[t.Kind]
	if !ok {
		known.title = portal.Text{NB: "Du har noe å gjøre i Samsvar", NN: "Du har noko å gjere i Samsvar"}
	}
	return strings.ReplaceAll(known.title.In(l), "{owner}", owner)
}

// turnPath is the page where it is done.
func turnPath(t Turn) string {
	page := turns[t.Kind].page
	if t.Response != "" {
		return "/responses/" + string(t.Response) + page
	}
	return "/rounds/" + string(t.Round.ID) + page
}

// noticePath is the page that tells more.
func noticePath(n Notice) string {
	switch {
	case n.Round.ID == "" && strings.HasPrefix(string(n.Kind), "mandate"):
		return "/mandates"
	case n.Round.ID == "":
		return "/meetings/" + n.About
	case n.Response == "":
		return "/rounds/" + string(n.Round.ID)
	case n.Kind == "submitted":
		return "/responses/" + string(n.Response) + "/receipt"
	case n.Thread != "":
		return "/responses/" + string(n.Response) + "/write/" + string(n.Answer)
	}
	return "/responses/" + string(n.Response)
}

// labels are the rest of a mail's words.
var labels = map[string]portal.Text{
	"waiting":  {NB: "Dette venter på deg: ", NN: "Dette ventar på deg: "},
	"for":      {NB: "Gjelder: ", NN: "Gjeld: "},
	"due":      {NB: "Frist: ", NN: "Frist: "},
	"open":     {NB: "Åpne i Samsvar", NN: "Opne i Samsvar"},
	"by":       {NB: " innen ", NN: " innan "},
	"more":     {NB: " (og %d til)", NN: " (og %d til)"},
	"tasks":    {NB: "%d oppgaver venter på deg, den første med frist ", NN: "%d oppgåver ventar på deg, den første med frist "},
	"greeting": {NB: "Hei!", NN: "Hei!"},
	"ending": {NB: "E-posten er sendt automatisk, og svar blir ikke lest. Velg hvor ofte du vil bli minnet:",
		NN: "E-posten er send automatisk, og svar blir ikkje lesne. Vel kor ofte du vil bli minna:"},
}

var weekdays = map[portal.Language][7]string{
	portal.Bokmal:  {"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"},
	portal.Nynorsk: {"søndag", "måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag"},
}

var months = [12]string{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"}

// dateIn is "1. april 2022", in Oslo.
func dateIn(t time.Time) string {
	t = t.In(workflow.Oslo)
	return fmt.Sprintf("%d. %s %d", t.Day(), months[t.Month()-1], t.Year())
}

// momentIn is "fredag 1. april 2022", and the time of day unless it is the very end of it.
func momentIn(t time.Time, l portal.Language) string {
	t = t.In(workflow.Oslo)
	text := weekdays[l][t.Weekday()] + " " + dateIn(t)
	if t.Format("15.04") != "23.59" {
		text += t.Format(" kl. 15.04")
	}
	return text
}

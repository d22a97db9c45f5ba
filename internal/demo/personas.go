package demo

import "samsvar/internal/portal"

// Persona is an invented person who can be tried out with one click.
type Persona struct {
	ID           string // subject at the development provider
	Name         string
	Role         portal.Text // as the login page shows it
	Kind         portal.OrganisationKind
	Organisation string
	Try          portal.Text
	Language     portal.Language
	grants       []grant
}

// Email is an address that leads nowhere.
func (p Persona) Email() string { return p.ID + "@example.com" }

type grant struct {
	organisation portal.OrganisationID
	role         portal.Role
}

// Personas are all people of the demonstration that can be logged in as. The
// names say that they are invented.
func Personas() []Persona {
	nb, nn := portal.Bokmal, portal.Nynorsk
	community, town, trust := portal.HealthCommunity, portal.Municipality, portal.HealthTrust
	secretariat, coordinator := text("Sekretariat", "Sekretariat"), text("Koordinator", "Koordinator")
	return []Persona{
		{"departement", "Hanne Eksempel", text("Saksbehandler i departementet", "Saksbehandlar i departementet"), portal.Ministry, "Helse- og omsorgsdepartementet",
			text("Se hvor de 19 helsefellesskapene står, les ett spørsmål på tvers, og lag en ny runde.",
				"Sjå kvar dei 19 helsefellesskapa står, les eitt spørsmål på tvers, og lag ein ny runde."), nb, grants("hod", portal.CaseOfficer)},
		{"rhf-sor-ost", "Rolf Eksempel", text("Kontakt i regionalt helseforetak", "Kontakt i regionalt helseføretak"), portal.RegionalHealthAuthority, "Helse Sør-Øst RHF",
			text("Send invitasjonen videre til helseforetakene med ett klikk.", "Send invitasjonen vidare til helseføretaka med eitt klikk."), nb,
			grants("helse-sor-ost-rhf", portal.RegionalContact)},

		{"sekretariat-agder", "Siri Eksempel", secretariat, community, "Helsefellesskapet Agder",
			text("Fordel svarene, se hvem som skriver nå, og lås teksten for godkjenning.", "Fordel svara, sjå kven som skriv no, og lås teksten for godkjenning."), nb,
			grants("agder", portal.Secretariat)},
		{"koordinator-kristiansand", "Kari Eksempel", coordinator, town, "Kristiansand kommune",
			text("Skriv på svar 2 samtidig med Arendal og sykehuset: åpne tre nettleservinduer.", "Skriv på svar 2 samstundes med Arendal og sjukehuset: opne tre nettlesarvindauge."), nb,
			grants("k-4204", portal.Coordinator)},
		{"koordinator-arendal", "Amir Eksempel", text("Koordinator og godkjenner, og leser for helsefellesskapet", "Koordinator og godkjennar, og lesar for helsefellesskapet"), town, "Arendal kommune",
			text("Skriv sammen med Kristiansand, og bytt hvem du handler for øverst på siden.", "Skriv saman med Kristiansand, og byt kven du handlar for øvst på sida."), nb,
			[]grant{{"k-4203", portal.Coordinator}, {"k-4203", portal.Approver}, {"agder", portal.Reader}}},
		{"skribent-sorlandet", "Sofie Eksempel", text("Skriver", "Skrivar"), trust, "Sørlandet sykehus HF",
			text("Skriv sykehusets del av svarene.", "Skriv sjukehuset sin del av svara."), nb, grants("sorlandet-sykehus-hf", portal.Writer)},
		{"leser-agder", "Leif Eksempel", text("Observatør (brukerrepresentant)", "Observatør (brukarrepresentant)"), community, "Helsefellesskapet Agder",
			text("Les utkastet uten å kunne endre det.", "Les utkastet utan å kunne endre det."), nb, grants("agder", portal.Reader)},

		{"sekretariat-vestfold", "Vidar Eksempel", secretariat, community, "Helsefellesskapet i Vestfold",
			text("Svar 4 ble endret etter godkjenningen. Se hvem som må bekrefte på nytt.", "Svar 4 vart endra etter godkjenninga. Sjå kven som må stadfeste på nytt."), nb,
			grants("vestfold", portal.Secretariat)},
		{"godkjenner-tonsberg", "Tone Eksempel", text("Godkjenner (kommunedirektør)", "Godkjennar (kommunedirektør)"), town, "Tønsberg kommune",
			text("Se hva som er endret siden dere godkjente, og oppretthold.", "Sjå kva som er endra sidan de godkjende, og oppretthald."), nb, grants("k-3803", portal.Approver)},
		{"godkjenner-siv", "Ivar Eksempel", text("Godkjenner (fagdirektør)", "Godkjennar (fagdirektør)"), trust, "Sykehuset i Vestfold HF",
			text("Oppretthold sykehusets standpunkt på den nye teksten.", "Oppretthald standpunktet til sjukehuset på den nye teksten."), nb,
			grants("sykehuset-i-vestfold-hf", portal.Approver)},
		{"godkjenner-horten", "Hedda Eksempel", text("Godkjenner (ordfører)", "Godkjennar (ordførar)"), town, "Horten kommune",
			text("Formannskapet behandlet versjon 1. Svar 4 er endret siden: si om behandlingen dekker endringen, og last ned et saksframlegg.",
				"Formannskapet behandla versjon 1. Svar 4 er endra sidan: sei om behandlinga dekkjer endringa, og last ned eit saksframlegg."), nb, grants("k-3801", portal.Approver)},

		{"sekretariat-more", "Marit Eksempel", secretariat, community, "Helsefellesskap Møre og Romsdal",
			text("Følg med på hvem som har svart, på nynorsk.", "Følg med på kven som har svart, på nynorsk."), nn, grants("more-og-romsdal", portal.Secretariat)},
		{"godkjenner-molde", "Magnus Eksempel", text("Godkjenner (kommunedirektør)", "Godkjennar (kommunedirektør)"), town, "Molde kommune",
			text("Les teksten og ta standpunkt for kommunen, på nynorsk.", "Les teksten og ta standpunkt for kommunen, på nynorsk."), nn, grants("k-1506", portal.Approver)},
		{"stedfortreder-molde", "Stein Eksempel", text("Stedfortreder for godkjenneren", "Stedfortredar for godkjennaren"), town, "Molde kommune",
			text("Ta standpunkt for kommunen under fullmakten du har fått av kommunedirektøren.", "Ta standpunkt for kommunen under fullmakta du har fått av kommunedirektøren."), nn,
			grants("k-1506", portal.Reader)},
		{"godkjenner-hmr", "Helge Eksempel", text("Godkjenner (viseadministrerende)", "Godkjennar (viseadministrerande)"), trust, "Helse Møre og Romsdal HF",
			text("Ta standpunkt for helseforetaket, med særmerknad om dere vil.", "Ta standpunkt for helseføretaket, med særmerknad om de vil."), nn,
			grants("helse-more-og-romsdal-hf", portal.Approver)},

		{"sekretariat-fonna", "Frøydis Eksempel", secretariat, community, "Helsefellesskapet i Helse Fonna",
			text("Alt er vedtatt: send inn og få kvittering.", "Alt er vedteke: send inn og få kvittering."), nn, grants("fonna", portal.Secretariat)},

		{"administrator", "Ada Eksempel", text("Administrator", "Administrator"), portal.Operator, "Drift av Samsvar",
			text("Gi noen en rolle. Du ser ingen utkast.", "Gje nokon ei rolle. Du ser ingen utkast."), nb, grants("drift", portal.Administrator)},
		{"ny", "Nora Eksempel", text("Ny, uten rolle", "Ny, utan rolle"), "", "Ingen ennå",
			text("Se hva den som ikke har fått tilgang, får vite.", "Sjå kva den som ikkje har fått tilgang, får vite."), nb, nil},
	}
}

func text(nb, nn string) portal.Text { return portal.Text{NB: nb, NN: nn} }

func grants(organisation portal.OrganisationID, role portal.Role) []grant {
	return []grant{{organisation, role}}
}

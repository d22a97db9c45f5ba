package demo

import "samsvar/internal/portal"

// Persona is an invented person who can be tried out with one click.
type Persona struct {
	ID           string // subject at the development provider
	Name         string
	Role         string // in words, as the login page shows it
	Organisation string
	Try          string
	Language     portal.Language
	grants       []grant
}

type grant struct {
	organisation portal.OrganisationID
	role         portal.Role
}

// Personas are all people of the demonstration that can be logged in as. The
// names say that they are invented.
func Personas() []Persona {
	nb, nn := portal.Bokmal, portal.Nynorsk
	return []Persona{
		{"departement", "Hanne Eksempel", "Saksbehandler i departementet", "Helse- og omsorgsdepartementet",
			"Se hvor de 19 helsefellesskapene står, les ett spørsmål på tvers, og lag en ny runde.", nb, []grant{{"hod", portal.CaseOfficer}}},
		{"rhf-sor-ost", "Rolf Eksempel", "Kontakt i regionalt helseforetak", "Helse Sør-Øst RHF",
			"Send invitasjonen videre til helseforetakene med ett klikk.", nb, []grant{{"helse-sor-ost-rhf", portal.RegionalContact}}},

		{"sekretariat-agder", "Siri Eksempel", "Sekretariat", "Helsefellesskapet Agder",
			"Fordel svarene, se hvem som skriver nå, og lås teksten for godkjenning.", nb, []grant{{"agder", portal.Secretariat}}},
		{"koordinator-kristiansand", "Kari Eksempel", "Koordinator", "Kristiansand kommune",
			"Skriv på svar 2 samtidig med Arendal og sykehuset: åpne tre nettleservinduer.", nb, []grant{{"k-4204", portal.Coordinator}}},
		{"koordinator-arendal", "Amir Eksempel", "Koordinator og godkjenner, også leser for helsefellesskapet", "Arendal kommune",
			"Skriv sammen med Kristiansand, og bytt hvem du handler for øverst på siden.", nb,
			[]grant{{"k-4203", portal.Coordinator}, {"k-4203", portal.Approver}, {"agder", portal.Reader}}},
		{"skribent-sorlandet", "Sofie Eksempel", "Skribent", "Sørlandet sykehus HF",
			"Skriv sykehusets del av svarene.", nb, []grant{{"sorlandet-sykehus-hf", portal.Writer}}},
		{"leser-agder", "Leif Eksempel", "Observatør (brukerrepresentant)", "Helsefellesskapet Agder",
			"Les utkastet uten å kunne endre det.", nb, []grant{{"agder", portal.Reader}}},

		{"sekretariat-vestfold", "Vidar Eksempel", "Sekretariat", "Helsefellesskapet i Vestfold",
			"Svar 4 ble endret etter godkjenningen. Se hvem som må bekrefte på nytt.", nb, []grant{{"vestfold", portal.Secretariat}}},
		{"godkjenner-tonsberg", "Tone Eksempel", "Godkjenner (kommunedirektør)", "Tønsberg kommune",
			"Se hva som er endret siden dere godkjente, og bekreft.", nb, []grant{{"k-3803", portal.Approver}}},
		{"godkjenner-siv", "Ivar Eksempel", "Godkjenner (fagdirektør)", "Sykehuset i Vestfold HF",
			"Bekreft sykehusets standpunkt på den nye teksten.", nb, []grant{{"sykehuset-i-vestfold-hf", portal.Approver}}},

		{"sekretariat-more", "Marit Eksempel", "Sekretariat", "Helsefellesskap Møre og Romsdal",
			"Følg med på hvem som har svart, på nynorsk.", nn, []grant{{"more-og-romsdal", portal.Secretariat}}},
		{"godkjenner-molde", "Magnus Eksempel", "Godkjennar (kommunedirektør)", "Molde kommune",
			"Les teksten og ta standpunkt for kommunen, på nynorsk.", nn, []grant{{"k-1506", portal.Approver}}},
		{"godkjenner-hmr", "Helge Eksempel", "Godkjennar (viseadministrerande)", "Helse Møre og Romsdal HF",
			"Ta standpunkt for helseføretaket, med særmerknad om de vil.", nn, []grant{{"helse-more-og-romsdal-hf", portal.Approver}}},

		{"sekretariat-fonna", "Frøydis Eksempel", "Sekretariat", "Helsefellesskapet i Helse Fonna",
			"Alt er vedtatt: send inn og få kvittering.", nn, []grant{{"fonna", portal.Secretariat}}},

		{"administrator", "Ada Eksempel", "Administrator", "Drift av Samsvar",
			"Gi noen en rolle. Du ser ingen utkast.", nb, []grant{{"drift", portal.Administrator}}},
		{"ny", "Nora Eksempel", "Ny, uten rolle", "Ingen ennå",
			"Se hva den som ikke har fått tilgang, får vite.", nb, nil},
	}
}

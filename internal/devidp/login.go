package devidp

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"samsvar/internal/portal"
)

//go:embed login.html
var loginHTML string

//go:embed login.css
var loginCSS []byte

var loginPage = template.Must(template.New("login").Parse(loginHTML))

// showLogin lets one choose, unless the login hint has chosen already.
func (p *Provider) showLogin(w http.ResponseWriter, r *http.Request) {
	l, err := p.storage.login(r.URL.Query().Get("id"))
	if err != nil {
		p.render(w, http.StatusGone, page{Lang: portal.Bokmal, Words: words[portal.Bokmal]})
		return
	}
	if persona, ok := p.personaByID(l.request.LoginHint); ok {
		p.finish(w, r, l, persona)
		return
	}
	lang := l.language()
	p.render(w, http.StatusOK, page{Lang: lang, Words: words[lang], ID: l.id, Groups: group(p.personas(), lang)})
}

// chooseLogin takes the choice from the page: a persona, or none.
func (p *Provider) chooseLogin(w http.ResponseWriter, r *http.Request) {
	l, err := p.storage.login(r.PostFormValue("id"))
	if err != nil {
		p.render(w, http.StatusGone, page{Lang: portal.Bokmal, Words: words[portal.Bokmal]})
		return
	}
	if r.PostForm.Has("cancel") {
		op.AuthRequestError(w, r, l, oidc.ErrAccessDenied().WithDescription("the person cancelled"), p.op)
		return
	}
	persona, ok := p.personaByID(r.PostFormValue("persona"))
	if !ok {
		http.Redirect(w, r, p.storage.client.LoginURL(l.id), http.StatusSeeOther)
		return
	}
	p.finish(w, r, l, persona)
}

// finish hands over to the library, which makes the code.
func (p *Provider) finish(w http.ResponseWriter, r *http.Request, l *login, persona Persona) {
	p.storage.choose(l, persona)
	callback := Path + p.op.AuthorizationEndpoint().Relative() + "/callback?id=" + url.QueryEscape(l.id)
	http.Redirect(w, r, callback, http.StatusSeeOther)
}

func (p *Provider) personaByID(id string) (Persona, bool) {
	return p.persona(func(persona Persona) bool { return persona.ID == id })
}

func (p *Provider) render(w http.ResponseWriter, status int, content page) {
	var body bytes.Buffer
	if err := loginPage.Execute(&body, content); err != nil {
		http.Error(w, "the login page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(content.Lang))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w)
}

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(loginCSS)
}

type page struct {
	Lang   portal.Language
	Words  map[string]string
	ID     string // empty when the login has expired
	Groups []personaGroup
}

type personaGroup struct {
	Heading  string
	Personas []shownPersona
}

type shownPersona struct{ ID, Name, Role, Organisation, Try string }

// groups are the headings of the page, in its order. What fits nowhere comes last.
var groups = []struct {
	heading portal.Text
	kinds   []portal.OrganisationKind
}{
	{portal.Text{NB: "Departementet", NN: "Departementet"}, []portal.OrganisationKind{portal.Ministry}},
	{portal.Text{NB: "Regionale helseforetak", NN: "Regionale helseføretak"}, []portal.OrganisationKind{portal.RegionalHealthAuthority}},
	{portal.Text{NB: "Helsefellesskap", NN: "Helsefellesskap"}, []portal.OrganisationKind{portal.HealthCommunity}},
	{portal.Text{NB: "Kommuner", NN: "Kommunar"}, []portal.OrganisationKind{portal.Municipality}},
	{portal.Text{NB: "Helseforetak og sykehus", NN: "Helseføretak og sjukehus"}, []portal.OrganisationKind{portal.HealthTrust, portal.Hospital}},
	{portal.Text{NB: "Organisasjoner", NN: "Organisasjonar"}, []portal.OrganisationKind{portal.Association}},
	{portal.Text{NB: "Drift av portalen", NN: "Drift av portalen"}, []portal.OrganisationKind{portal.Operator}},
	{portal.Text{NB: "Uten rolle", NN: "Utan rolle"}, []portal.OrganisationKind{""}},
}

func group(personas []Persona, lang portal.Language) []personaGroup {
	var shown []personaGroup
	for _, g := range groups {
		var members []shownPersona
		for _, p := range personas {
			if slices.Contains(g.kinds, p.OrganisationKind) {
				members = append(members, shownPersona{p.ID, p.Name, p.Role.In(lang), p.Organisation, p.Try.In(lang)})
			}
		}
		if members != nil {
			shown = append(shown, personaGroup{g.heading.In(lang), members})
		}
	}
	return shown
}

var words = map[portal.Language]map[string]string{
	portal.Bokmal: {
		"title":   "Hvem vil du være?",
		"lead":    "Dette er en demonstrasjon. Personene er oppdiktet, og du trenger ikke passord. Velg én, så kommer du rett inn.",
		"try":     "Prøv dette:",
		"cancel":  "Avbryt",
		"gone":    "Innloggingen er ikke lenger gyldig",
		"restart": "Det gikk for lang tid, eller du har allerede logget inn. Gå tilbake til forsiden og logg inn på nytt.",
		"home":    "Til forsiden",
	},
	portal.Nynorsk: {
		"title":   "Kven vil du vere?",
		"lead":    "Dette er ein demonstrasjon. Personane er oppdikta, og du treng ikkje passord. Vel éin, så kjem du rett inn.",
		"try":     "Prøv dette:",
		"cancel":  "Avbryt",
		"gone":    "Innlogginga er ikkje lenger gyldig",
		"restart": "Det gjekk for lang tid, eller du har allereie logga inn. Gå tilbake til framsida og logg inn på nytt.",
		"home":    "Til framsida",
	},
}

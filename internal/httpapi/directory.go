package httpapi

import (
	"context"
	"slices"

	"samsvar/internal/directory"
	"samsvar/internal/policy"
	"samsvar/internal/portal"
)

func accountOf(a portal.Account) Account {
	return Account{Id: string(a.ID), Name: a.Name, Email: some(a.Email), Issuer: a.Issuer, Subject: a.Subject}
}

func actingOf(o directory.ActingOption) ActingOption {
	return ActingOption{Organisation: organisationOf(o.Organisation), Roles: each(o.Roles, func(r portal.Role) Role { return Role(r) })}
}

func (a *api) meOf(who caller) Me {
	me := Me{Account: accountOf(who.Account), Organisations: each(who.Options, actingOf), Language: Language(who.Account.Language), Reminders: Reminders(who.Account.Reminders), Now: a.now(), LoginSeconds: int64(who.actor.Login.Age.Seconds()),
		Demonstration: a.demonstration, Abilities: each(policy.Abilities(who.actor, policy.Object{}, "round.create", "organisation.list", "account.list"), abilityOf)}
	for _, o := range who.Options {
		if o.Organisation.ID == who.actor.Organisation {
			acting := actingOf(o)
			me.Acting = &acting
		}
	}
	return me
}

func (a *api) GetMe(ctx context.Context, _ GetMeRequestObject) (GetMeResponseObject, error) {
	who, _ := callerOf(ctx)
	if who.actor.Organisation == "" && len(who.Options) > 0 { // the first role was given, or the acting one taken, while logged in
		who.actFor(who.Options[0].Organisation.ID)
		if err := a.act(ctx, who.actor.Organisation); err != nil {
			return nil, err
		}
	}
	return GetMe200JSONResponse(a.meOf(who)), nil
}

func (a *api) SetActing(ctx context.Context, in SetActingRequestObject) (SetActingResponseObject, error) {
	who, _ := callerOf(ctx)
	if !who.actFor(portal.OrganisationID(in.Body.OrganisationId)) {
		return nil, portal.Missing()
	}
	return SetActing200JSONResponse(a.meOf(who)), a.act(ctx, who.actor.Organisation)
}

// act has the session act for the organisation from now on.
func (a *api) act(ctx context.Context, organisation portal.OrganisationID) error {
	a.sessions.Put(ctx, keyActing, string(organisation))
	_, _, err := a.sessions.Commit(ctx)
	return sessionsAway(err)
}

func (a *api) SetLanguage(ctx context.Context, in SetLanguageRequestObject) (SetLanguageResponseObject, error) {
	who, _ := callerOf(ctx)
	language := portal.Language(in.Body.Language)
	if err := a.directory.SetLanguage(ctx, who.actor, language); err != nil {
		return nil, err
	}
	who.Account.Language = language
	return SetLanguage200JSONResponse(a.meOf(who)), nil
}

func (a *api) SetReminders(ctx context.Context, in SetRemindersRequestObject) (SetRemindersResponseObject, error) {
	who, _ := callerOf(ctx)
	reminders := portal.Reminders(in.Body.Reminders)
	if err := a.directory.SetReminders(ctx, who.actor, reminders); err != nil {
		return nil, err
	}
	who.Account.Reminders = reminders
	return SetReminders200JSONResponse(a.meOf(who)), nil
}

func (a *api) ListCommunities(ctx context.Context, _ ListCommunitiesRequestObject) (ListCommunitiesResponseObject, error) {
	communities, err := a.directory.Communities(ctx, actorOf(ctx))
	return ListCommunities200JSONResponse(each(communities, organisationOf)), err
}

func (a *api) GetCommunity(ctx context.Context, in GetCommunityRequestObject) (GetCommunityResponseObject, error) {
	c, err := a.directory.Community(ctx, actorOf(ctx), portal.OrganisationID(in.OrganisationId))
	if err != nil {
		return nil, err
	}
	out, err := a.communityOf(ctx, c)
	return GetCommunity200JSONResponse(out), err
}

func (a *api) SetCommunityRule(ctx context.Context, in SetCommunityRuleRequestObject) (SetCommunityRuleResponseObject, error) {
	rule := portal.Rule{Kind: portal.RuleKind(in.Body.Kind), HospitalPercent: in.Body.HospitalPercent, MunicipalPercent: in.Body.MunicipalPercent,
		PartnershipDecision: in.Body.PartnershipDecision, SilenceDays: in.Body.SilenceDays,
		Voters: each(in.Body.Voters, func(id string) portal.Voter { return portal.Voter{ID: portal.OrganisationID(id)} })}
	c, err := a.directory.SetRule(ctx, actorOf(ctx), portal.OrganisationID(in.OrganisationId), rule, in.Body.Reason, in.Body.Version)
	if err != nil {
		return nil, err
	}
	out, err := a.communityOf(ctx, c)
	return SetCommunityRule200JSONResponse(out), err
}

func (a *api) communityOf(ctx context.Context, c directory.CommunityDetail) (Community, error) {
	responses, err := a.consult.ResponsesBy(ctx, actorOf(ctx), c.Organisation.ID)
	seats := slices.ContainsFunc(c.Abilities, func(a policy.Ability) bool { return a.Action == "community.set_bodies" && a.Allowed })
	return Community{Organisation: organisationOf(c.Organisation), Website: some(c.Website),
		Abilities: each(c.Abilities, abilityOf),
		Rules: each(c.Rules, func(v directory.RuleVersion) RuleVersion {
			return RuleVersion{Version: v.Version, Rule: ruleOf(v.Rule), SetAt: some(v.SetAt), SetBy: some(v.SetBy), Reason: some(v.Reason)}
		}),
		Parties: each(c.Parties, func(p directory.CommunityParty) CommunityParty {
			return CommunityParty{Organisation: organisationOf(p.Organisation), Side: CommunityPartySide(p.Side), ValidFrom: dateOf(p.ValidFrom), ValidTo: optional(p.ValidTo, dateOf)}
		}),
		People: each(c.People, func(p directory.CommunityPerson) CommunityPerson {
			shown := CommunityPerson{Name: p.Name, Organisation: p.Organisation, Role: Role(p.Role)}
			if seats {
				shown.AccountId = some(string(p.Account))
			}
			return shown
		}),
		Responses: each(responses, func(r portal.Response) CommunityResponse {
			return CommunityResponse{Response: responseSummaryOf(r), RoundTitle: textOf(r.Round.Title), Deadline: r.Round.Deadline}
		})}, err
}

func (a *api) ListOrganisations(ctx context.Context, _ ListOrganisationsRequestObject) (ListOrganisationsResponseObject, error) {
	organisations, err := a.directory.Organisations(ctx, actorOf(ctx))
	return ListOrganisations200JSONResponse(each(organisations, func(o directory.OrganisationDetail) OrganisationDetail {
		return OrganisationDetail{Organisation: organisationOf(o.Organisation), Note: some(o.Note), Memberships: each(o.Memberships, func(m directory.Membership) MembershipDetail {
			return MembershipDetail{Community: m.CommunityName, ValidFrom: dateOf(m.ValidFrom), ValidTo: optional(m.ValidTo, dateOf), Certainty: m.Certainty, Note: some(m.Note)}
		})}
	})), err
}

func accountDetailOf(d directory.AccountDetail) AccountDetail {
	return AccountDetail{Account: accountOf(d.Account), Closed: d.Account.Closed, Roles: each(d.Roles, func(r directory.AccountRole) AccountRole {
		return AccountRole{Organisation: organisationOf(r.Organisation), Role: Role(r.Role)}
	})}
}

func (a *api) ListAccounts(ctx context.Context, _ ListAccountsRequestObject) (ListAccountsResponseObject, error) {
	accounts, err := a.directory.Accounts(ctx, actorOf(ctx))
	return ListAccounts200JSONResponse(each(accounts, accountDetailOf)), err
}

func (a *api) GrantRole(ctx context.Context, in GrantRoleRequestObject) (GrantRoleResponseObject, error) {
	d, err := a.directory.Grant(ctx, actorOf(ctx), portal.AccountID(in.AccountId), portal.OrganisationID(in.Body.OrganisationId), portal.Role(in.Body.Role))
	if err != nil {
		return nil, err
	}
	return GrantRole200JSONResponse(accountDetailOf(d)), nil
}

func (a *api) SetAccountClosed(ctx context.Context, in SetAccountClosedRequestObject) (SetAccountClosedResponseObject, error) {
	d, err := a.directory.SetClosed(ctx, actorOf(ctx), portal.AccountID(in.AccountId), in.Body.Closed)
	if err != nil {
		return nil, err
	}
	return SetAccountClosed200JSONResponse(accountDetailOf(d)), nil
}

func (a *api) RevokeRole(ctx context.Context, in RevokeRoleRequestObject) (RevokeRoleResponseObject, error) {
	d, err := a.directory.Revoke(ctx, actorOf(ctx), portal.AccountID(in.AccountId), portal.OrganisationID(in.OrganisationId), portal.Role(in.Role))
	if err != nil {
		return nil, err
	}
	return RevokeRole200JSONResponse(accountDetailOf(d)), nil
}

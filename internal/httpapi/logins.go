package httpapi

import (
	"context"
	"slices"
	"strings"
	"time"

	"samsvar/internal/portal"
)

// ListSessions tells times by the portal's clock, which may be another than that of sessions. One that was left for too long has ended.
func (a *api) ListSessions(ctx context.Context, _ ListSessionsRequestObject) (ListSessionsResponseObject, error) {
	actor := actorOf(ctx)
	open, err := a.directory.Sessions(ctx, actor)
	if err != nil {
		return nil, err
	}
	now := a.sessions.clock()
	open = slices.DeleteFunc(open, func(s portal.Session) bool { return now.Sub(s.Seen) > idleLimit })
	told := func(t time.Time) time.Time { return a.now().Add(t.Sub(now)) }
	return ListSessions200JSONResponse(each(open, func(s portal.Session) Session {
		return Session{Id: string(s.ID), Device: some(s.Device), BegunAt: told(s.Begun), SeenAt: told(s.Seen), Current: s.ID == actor.Login.Session}
	})), nil
}

func (a *api) EndSession(ctx context.Context, in EndSessionRequestObject) (EndSessionResponseObject, error) {
	return EndSession204Response{}, a.directory.EndSession(ctx, actorOf(ctx), portal.SessionID(in.SessionId))
}

func (a *api) EndOtherSessions(ctx context.Context, _ EndOtherSessionsRequestObject) (EndOtherSessionsResponseObject, error) {
	return EndOtherSessions204Response{}, a.directory.EndOtherSessions(ctx, actorOf(ctx))
}

func (a *api) EndSessionsOf(ctx context.Context, in EndSessionsOfRequestObject) (EndSessionsOfResponseObject, error) {
	return EndSessionsOf204Response{}, a.directory.EndSessionsOf(ctx, actorOf(ctx), portal.AccountID(in.AccountId))
}

// What a browser calls itself has the names of others in it: the first that is found is the one. Versions are left out.
var (
	browsers = []family{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"}}
	platforms = []family{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}}
)

type family struct{ mark, name string }

// deviceOf is what people may know a browser of theirs by.
func deviceOf(userAgent string) string {
	var known []string
	for _, families := range [][]family{browsers, platforms} {
		if i := slices.IndexFunc(families, func(f family) bool { return strings.Contains(userAgent, f.mark) }); i >= 0 {
			known = append(known, families[i].name)
		}
	}
	return strings.Join(known, ", ")
}

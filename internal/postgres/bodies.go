package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"samsvar/internal/portal"
)

type bodyRow struct {
	ID, CommunityID, Level, Name, SetBy string
	Members                             jsonb[[]portal.Member]
	Ended                               bool
	Version                             int
	SetAt                               time.Time
}

func (b bodyRow) body() portal.Body {
	return portal.Body{ID: portal.BodyID(b.ID), Community: portal.OrganisationID(b.CommunityID), Level: portal.BodyLevel(b.Level), Name: b.Name,
		Members: b.Members.V, Ended: b.Ended, Version: b.Version, SetAt: b.SetAt, SetBy: b.SetBy}
}

const bodyColumns = `select b.id, b.community_id, b.level, b.name, b.members, b.ended, b.version, b.set_at, b.set_by from body b where `

// Bodies lists the community's bodies, the highest level first.
func (db *DB) Bodies(ctx context.Context, community portal.OrganisationID) ([]portal.Body, error) {
	return bodies(db.gorm.WithContext(ctx), community)
}

func bodies(g *gorm.DB, community portal.OrganisationID) ([]portal.Body, error) {
	found, err := rows[bodyRow](g, bodyColumns+`b.community_id = ? order by array_position(array['partnership', 'strategic', 'professional'], b.level), b.name collate "nb-x-icu", b.id`, community)
	all := make([]portal.Body, len(found))
	for i, f := range found {
		all[i] = f.body()
	}
	return all, err
}

// LockBodies waits for others who change bodies of the community.
func (t *tx) LockBodies(community portal.OrganisationID) ([]portal.Body, error) {
	if err := t.Exec("select from organisation where id = ? for no key update", community).Error; err != nil {
		return nil, err
	}
	return bodies(t.DB, community)
}

// Body gives one body as it is now.
func (t *tx) Body(id portal.BodyID) (portal.Body, error) {
	if uuid.Validate(string(id)) != nil {
		return portal.Body{}, portal.Missing()
	}
	found, err := row[bodyRow](t.DB, bodyColumns+"b.id = ?", id)
	return found.body(), err
}

// InsertBody adds a version.
func (t *tx) InsertBody(b portal.Body) error {
	return t.Exec("insert into body_version (id, version, community_id, level, name, members, ended, set_at, set_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		b.ID, b.Version, b.Community, b.Level, b.Name, jsonOf(append([]portal.Member{}, b.Members...)), b.Ended, b.SetAt, b.SetBy).Error
}

-- +goose Up

-- Whose mandates somebody holds is looked up with who they are, as the program's own work.
drop function held_mandates(uuid);
drop function ended_mandates(uuid);

-- +goose Down
-- There is no way back: what was signed and sent is not dropped by a migration.

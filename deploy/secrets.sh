#!/bin/sh
# Makes the secrets that docker-compose.yml reads, in deploy/secrets. What is
# there already is kept.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# The folder is closed; the files are open, since each container reads them as a user of its own.
keep() {
	[ -e "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"
	chmod 444 "secrets/$1"
}

keep postgres_password "$(random)"
keep keycloak_admin "$(random)"
keep keycloak_client "$(random)"
keep program_password "$(random)"
keep reader_password "$(random)"
keep owner_url "postgres://samsvar:$(cat secrets/postgres_password)@db:5432/samsvar?sslmode=disable"
keep database_url "postgres://samsvar_program:$(cat secrets/program_password)@db:5432/samsvar?sslmode=disable"
# An Ed25519 key in PKCS #8: sixteen bytes that say so, and thirty-two of chance.
keep audit_key "-----BEGIN PRIVATE KEY-----
$({ printf '\060\056\002\001\000\060\005\006\003\053\145\160\004\042\004\040'; head -c 32 /dev/urandom; } | base64)
-----END PRIVATE KEY-----"

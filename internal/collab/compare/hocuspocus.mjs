// Hocuspocus with its defaults and its database extension, on PostgreSQL. Whoever comes is looked up among the sessions.
import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })

const database = new Database({
  fetch: async ({ documentName }) => {
    const { rows } = await pool.query({ name: 'fetch', text: 'select data from hocuspocus_document where name = $1', values: [documentName] })
    return rows[0]?.data ?? null
  },
  store: ({ documentName, state }) =>
    pool.query({
      name: 'store',
      text: 'insert into hocuspocus_document (name, data) values ($1, $2) on conflict (name) do update set data = excluded.data',
      values: [documentName, state],
    }),
})

await new Server({
  address: '127.0.0.1',
  port: Number(process.env.PORT),
  quiet: true,
  extensions: [database],
  onAuthenticate: async ({ token }) => {
    const { rows } = await pool.query({ name: 'session', text: 'select account from hocuspocus_session where token = $1 and expiry > now()', values: [token] })
    if (rows.length === 0) throw new Error('not logged in')
    return { account: rows[0].account }
  },
}).listen()

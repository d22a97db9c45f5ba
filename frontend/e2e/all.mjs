import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Portal } from './portal.mjs'

/* Runs every test, in two lanes side by side: tests mostly wait. The demonstration is filled once for each lane, since its accounts
   are of the address that it was filled at; each start goes on from a copy, as to fill it takes longer than most tests. */
const here = dirname(fileURLToPath(import.meta.url))
const tests = readdirSync(here).filter((name) => name.endsWith('.test.mjs'))
// The long ones first: those that take longer than they are written, and then by size.
const takesLong = ['pages.test.mjs', 'suggestions.test.mjs', 'comments.test.mjs']
const length = (name) => (takesLong.includes(name) ? 1e9 : statSync(join(here, name)).size)
tests.sort((a, b) => length(b) - length(a))

function run(test, filled) {
  const env = { ...process.env, SAMSVAR_E2E_FILLED: filled.data, SAMSVAR_E2E_PORT: filled.port }
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', join(here, test)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk))
  return new Promise((done) =>
    child.on('close', (status) => {
      process.stdout.write(`${test}\n${Buffer.concat(said)}`)
      done(status === 0)
    }),
  )
}

async function lane() {
  const filled = new Portal()
  await filled.prepare()
  try {
    await filled.run()
    await filled.end()
    let well = true
    for (let test = tests.shift(); test; test = tests.shift()) well = (await run(test, filled)) && well
    return well
  } finally {
    await filled.stop()
  }
}

const lanes = await Promise.all([lane(), lane()])
process.exit(lanes.every(Boolean) ? 0 : 1)

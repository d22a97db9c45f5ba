import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Portal } from './portal.mjs'

/* Runs every test. The demonstration is filled once, and each start goes on from a copy: to fill it takes longer than most tests. */
const here = dirname(fileURLToPath(import.meta.url))
const filled = new Portal()
await filled.prepare()
await filled.run()
await filled.end()
const tests = readdirSync(here).filter((name) => name.endsWith('.test.mjs'))
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...tests.map((name) => join(here, name))], {
  stdio: 'inherit',
  env: { ...process.env, SAMSVAR_E2E_FILLED: filled.data, SAMSVAR_E2E_PORT: filled.port },
})
await filled.stop()
process.exit(status ?? 1)

// Holds the XML on standard input against the schema that is named, with what that imports beside it: for tests.
// Says each fault on a line of its own.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { validateXML } from 'xmllint-wasm'

const [schema, ...imported] = process.argv.slice(2).map((path) => ({ fileName: basename(path), contents: readFileSync(path, 'utf8') }))
const { errors } = await validateXML({ xml: [{ fileName: 'arkivmelding.xml', contents: await text(process.stdin) }], schema: [schema], preload: imported })
for (const { rawMessage } of errors) process.stdout.write(rawMessage + '\n')

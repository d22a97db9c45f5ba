// The real yjs, for the tests to compare with. Reads one JSON request a line, answers with one JSON line.
// Byte strings are base64. Arguments: the folder with node_modules, the bundle that the server renders with.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import { runInThisContext } from 'node:vm'
import { pathToFileURL } from 'node:url'
import path from 'node:path'

const [modules, bundle] = process.argv.slice(2)
const require = createRequire(pathToFileURL(path.resolve(modules, 'package.json')))
const Y = require('yjs')
const { history } = await import('./history.mjs')

const encode = bytes => Buffer.from(bytes).toString('base64')
const decode = text => new Uint8Array(Buffer.from(text, 'base64'))

// The bundle replaces the text codecs and the console of whatever it runs in: give it those of Node, then put them back.
const loadBundle = () => {
  const saved = { TextDecoder, TextEncoder, console }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const encoder = new TextEncoder()
  globalThis.host = {
    decodeText: bytes => decoder.decode(bytes),
    encodeText: text => encoder.encode(text).buffer,
    wellFormed: text => text.isWellFormed() ? text : text.toWellFormed()
  }
  const source = readFileSync(bundle, 'utf8').replaceAll('globalThis.crypto=', 'globalThis.unusedCrypto=')
  runInThisContext(source)
  Object.assign(globalThis, saved)
  return globalThis.samsvar
}
const { render, difference } = loadBundle()

// With a name given: drawing one takes longer than reading a short update.
const docOf = updates => {
  const doc = new Y.Doc({ guid: '' })
  updates.forEach(update => Y.applyUpdate(doc, update))
  return doc
}

const hasPending = doc => doc.store.pendingStructs !== null || doc.store.pendingDs !== null

const stateOf = doc => ({ stateVector: encode(Y.encodeStateVector(doc)), pending: hasPending(doc) })

const operations = {
  // What yjs makes of each update on top of base, and whether a snapshot, if given, holds the same document.
  judge ({ base, cases }) {
    const before = decode(base)
    return cases.map(({ update, snapshot }) => {
      const after = decode(update)
      const doc = docOf([before])
      try {
        Y.applyUpdate(doc, after)
      } catch (error) {
        return { threw: String(error) }
      }
      const verdict = stateOf(doc)
      if (!snapshot) return verdict
      const held = decode(snapshot)
      return { ...verdict, fresh: stateOf(docOf([held])), want: render([before, after]), got: render([held]) }
    })
  },
  // What yjs makes of logs that a server took, for who was there from the start, for who joined between, and for who came after.
  replay: ({ replays }) => replays.map(({ updates, snapshots, join }) => {
    const [log, held] = [updates.map(decode), snapshots.map(decode)]
    const last = held[held.length - 1]
    try {
      const there = docOf([])
      const states = log.map(update => {
        Y.applyUpdate(there, update)
        return stateOf(there)
      })
      const docs = [there, docOf([held[join - 1], ...log.slice(join)]), docOf([last])]
      const vector = Y.encodeStateVector(docs[2])
      return {
        log: states,
        joined: stateOf(docs[1]),
        fresh: stateOf(docs[2]),
        difference: difference(log, [last]),
        text: render([last]),
        offers: docs.map(doc => encode(Y.encodeStateAsUpdate(doc, vector)))
      }
    } catch (error) {
      return { threw: error.stack }
    }
  }),
  state ({ updates }) {
    const doc = docOf(updates.map(decode))
    return { ...stateOf(doc), update: encode(Y.encodeStateAsUpdate(doc)) }
  },
  render: ({ updates }) => render(updates.map(decode)),
  history: request => {
    const { updates, docs } = history(Y, request)
    return { updates: updates.map(encode), clients: docs.map(doc => render([Y.encodeStateAsUpdate(doc)])) }
  },
  // What a document takes of the heap, of several that were given the same updates.
  resident ({ updates, copies }) {
    const log = updates.map(decode)
    gc()
    const before = process.memoryUsage().heapUsed
    const docs = Array.from({ length: copies }, () => docOf(log))
    gc()
    return (process.memoryUsage().heapUsed - before) / docs.length
  },
  // A document that was synced by diffs in both directions, as a browser and the server do it.
  sync: ({ base, diff }) => render([Y.encodeStateAsUpdate(docOf([decode(base), decode(diff)]))])
}

// The editor's own reading and writing, with Tiptap's schema.
const editor = () => {
  const binding = require('@tiptap/y-tiptap')
  const { getSchema } = require('@tiptap/core')
  const { default: StarterKit } = require('@tiptap/starter-kit')
  const tables = require('@tiptap/extension-table')
  const schema = getSchema([StarterKit, tables.Table, tables.TableRow, tables.TableCell, tables.TableHeader])
  return {
    read: updates => binding.yXmlFragmentToProseMirrorRootNode(docOf(updates).getXmlFragment('default'), schema).toJSON(),
    write: doc => Y.encodeStateAsUpdate(binding.prosemirrorJSONToYDoc(schema, doc, 'default'))
  }
}
operations.editorReads = ({ updates }) => editor().read(updates.map(decode))
operations.editorWrites = ({ doc }) => encode(editor().write(doc))

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  let answer
  try {
    answer = { result: operations[request.op](request) }
  } catch (error) {
    answer = { error: error.stack }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}

// Tells how many bytes a Y.Doc takes, after the edits of a trace one by one, and when it is opened from what they give.
// The trace is argument 1, as resident.go writes it. Needs --expose-gc.
import { readFileSync } from 'node:fs'
import * as Y from 'yjs'

const COPIES = 10
const trace = readFileSync(process.argv[2])

function typed() {
  const doc = new Y.Doc()
  for (let at = 0; at < trace.length; ) {
    const length = trace.readUInt32LE(at)
    Y.applyUpdate(doc, new Uint8Array(trace.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return doc
}

const stored = Y.encodeStateAsUpdate(typed())

function opened() {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, stored)
  return doc
}

function used() {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage() // external holds what array buffers take
  return heapUsed + external
}

function bytesOf(make) {
  make() // so that code and hidden classes are there
  const before = used()
  const docs = Array.from({ length: COPIES }, make)
  return Math.round((used() - before) / docs.length)
}

console.log(bytesOf(typed), bytesOf(opened))

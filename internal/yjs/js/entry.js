import './host.js'
import * as Y from 'yjs'
import { differenceOf } from './difference.js'

const rootName = 'default'

// Deeper than any real document; it bounds the recursion below.
const maxDepth = 500

// With overlapping marks the editor's binding adds a hash to the name of a mark.
const hashedMark = /^(.*)--[a-zA-Z0-9+/=]{8}$/

const render = updates => text(docOf(updates))

const docOf = updates => {
  const doc = new Y.Doc({ guid: '' }) // drawing a name takes longer than reading a short update
  // A transaction before this one keeps yjs from tidying up after the updates. That would take most of the time, and
  // it would delete superfluous marks: what is rendered must be what was stored.
  doc._transactionCleanups.push(null)
  doc.transact(() => updates.forEach(update => Y.applyUpdate(doc, update)))
  return doc
}

const text = doc => `{"content":[${nodes(doc.getXmlFragment(rootName), 0)}],"type":"doc"}`

// Names the first thing in which the documents of two lists of updates differ, for their readers or for their writers.
const difference = (before, after) => {
  const [a, b] = [docOf(before), docOf(after)]
  return differenceOf(a, b) || (text(a) === text(b) ? '' : 'text')
}

const nodes = (parent, depth) => {
  if (depth > maxDepth) throw new Error('document nested too deeply')
  const out = []
  const text = new TextRuns(out)
  parent.toArray().forEach(child => {
    if (child instanceof Y.XmlText) {
      child.toDelta().forEach(part => text.add(part))
    } else if (child instanceof Y.XmlElement) {
      text.flush()
      out.push(element(child, depth))
    }
  })
  text.flush()
  return out.join(',')
}

const element = (el, depth) => {
  const attrs = attributesIn(el)
  const fields = []
  if (Object.keys(attrs).length > 0) fields.push(`"attrs":${canonical(attrs)}`)
  if (el.length > 0) fields.push(`"content":[${nodes(el, depth + 1)}]`)
  fields.push(`"type":${quote(el.nodeName)}`)
  return `{${fields.join(',')}}`
}

const attributesIn = el =>
  Object.fromEntries(Object.entries(el.getAttributes()).filter(([, value]) => !(value instanceof Y.AbstractType)))

// Joins neighbouring text with equal marks into one text node, as ProseMirror does.
class TextRuns {
  constructor (out) {
    this.out = out
    this.text = ''
    this.marks = ''
  }

  add ({ insert, attributes }) {
    if (typeof insert !== 'string') return
    const current = marks(attributes || {})
    if (current !== this.marks) this.flush()
    this.marks = current
    this.text += insert
  }

  flush () {
    if (this.text === '') return
    this.out.push(`{${this.marks}"text":${quote(this.text)},"type":"text"}`)
    this.text = ''
  }
}

const marks = attributes => {
  const list = Object.keys(attributes).map(name => ({ name, type: hashedMark.test(name) ? name.match(hashedMark)[1] : name }))
  if (list.length === 0) return ''
  list.sort((a, b) => compare(a.type, b.type) || compare(a.name, b.name))
  return `"marks":[${list.map(({ name, type }) => `{"attrs":${canonical(attributes[name])},"type":${quote(type)}}`)}],`
}

const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0

// Half surrogate pairs, which UTF-8 cannot hold, become U+FFFD.
const quote = text => JSON.stringify(host.wellFormed(text))

const canonical = value => {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(v => v === undefined ? 'null' : canonical(v))}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const keys = Object.keys(value).filter(key => value[key] !== undefined).sort()
  return `{${keys.map(key => `${quote(key)}:${canonical(value[key])}`)}}`
}

const fromJSON = json => {
  const doc = new Y.Doc()
  doc.getXmlFragment(rootName).insert(0, types(JSON.parse(json).content))
  return Y.encodeStateAsUpdate(doc)
}

// Makes elements and texts as the editor's binding would: neighbouring text nodes share one text.
const types = content => {
  const out = []
  let delta = null
  ;(content || []).forEach(node => {
    if (node.type !== 'text') {
      delta = null
      out.push(elementOf(node))
      return
    }
    if (delta === null) {
      delta = []
      out.push(delta)
    }
    delta.push({ insert: node.text, attributes: attributesOf(node.marks) })
  })
  return out.map(type => {
    if (!Array.isArray(type)) return type
    const text = new Y.XmlText()
    text.applyDelta(type)
    return text
  })
}

const elementOf = node => {
  const el = new Y.XmlElement(node.type)
  Object.entries(node.attrs || {}).forEach(([name, value]) => {
    if (value !== null) el.setAttribute(name, value)
  })
  el.insert(0, types(node.content))
  return el
}

const attributesOf = marks => Object.fromEntries((marks || []).map(mark => [mark.type, mark.attrs || {}]))

globalThis.samsvar = { render, difference, fromJSON }

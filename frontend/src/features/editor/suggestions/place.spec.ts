import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { afterEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { groundOf } from '../comments/anchor'
import { reading } from '../comments/passage'
import { dice, edited, text as randomText } from '../testing/randomText'
import { vocabulary } from '../text/vocabulary'
import { Fork } from './fork'
import { placeOf, readChange, suggestionOf, toldOf } from './place'

const editors: Editor[] = []
afterEach(() => editors.splice(0).forEach((editor) => editor.destroy()))

function open(document: Y.Doc) {
  const editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document })] })
  editors.push(editor)
  return editor
}

/** A live text, and somebody who suggests changes of it. */
function desk(html: string) {
  const live = new Y.Doc()
  const editor = open(live)
  if (html) editor.commands.setContent(html)
  const fork = new Fork(live)
  const theirs = open(fork.doc)
  const suggestions = () => {
    const { ground, hunks } = fork.compare()
    return hunks.map((hunk) => suggestionOf(ground, hunk))
  }
  return { live, editor, fork, theirs, suggestions }
}
type Suggestion = ReturnType<typeof suggestionOf>

const select = (editor: Editor, words: string) => {
  const { text, at } = reading(editor.state.doc)
  const found = text.indexOf(words)
  editor.commands.setTextSelection({ from: at[found]!, to: at[found + words.length - 1]! + 1 })
}
const replace = (editor: Editor, words: string, by: string) => {
  select(editor, words)
  if (by) editor.commands.insertContent(by)
  else editor.commands.deleteSelection()
}

function look(editor: Editor, suggestion: Suggestion) {
  const change = readChange(editor.schema, suggestion)!
  return { change, place: placeOf(groundOf(editor.state), suggestion, change) }
}
function accept(editor: Editor, suggestion: Suggestion) {
  const { change, place } = look(editor, suggestion)
  expect(place?.fresh).toBe(true)
  editor.view.dispatch(editor.state.tr.replace(place!.from, place!.to, change.after))
}

const text = '<h3 data-level="1">Tid</h3><p>Kommunene trenger mer tid til dette arbeidet.</p><ul><li><p>folk fra kommunen</p></li><li><p>penger</p></li></ul><p>Vi er enige.</p>'

it('gives, taken in one by one and in any order, the text that was suggested', () => {
  for (const order of [(all: Suggestion[]) => all, (all: Suggestion[]) => [...all].reverse()]) {
    const { editor, theirs, suggestions } = desk(text)
    replace(theirs, 'mer tid', 'flere år')
    replace(theirs, 'Vi er', 'Alle her er')
    theirs.commands.insertContentAt(theirs.state.doc.content.size, '<p>Takk for oss, på forhånd.</p>')
    replace(theirs, 'arbeidet', 'store arbeidet')
    replace(theirs, 'kommunen', '')
    theirs.commands.insertContentAt(0, '<p>Innledning med flere ord.</p>')
    select(theirs, 'Tid')
    theirs.commands.toggleBold()
    const all = suggestions()
    expect(all.length).toBe(7)
    const wanted = theirs.getHTML()
    order(all).forEach((one) => accept(editor, one))
    expect(editor.getHTML()).toBe(wanted)
  }
})

it('gives the text that was suggested, whatever that is and in whichever order it is taken in', () => {
  for (let seed = 0; seed < 15; seed++) {
    const roll = dice(seed)
    const { editor, theirs, fork, suggestions } = desk('')
    const before = randomText(roll)
    editor.commands.setContent(before.toJSON())
    theirs.commands.setContent(edited(roll, before).toJSON())
    const wanted = theirs.state.doc
    const all = suggestions().sort(() => roll(2) - 0.5)
    fork.destroy()
    for (const one of all) {
      const { change, place } = look(editor, one)
      if (!place?.fresh) expect.fail(`seed ${seed}: ${place ? 'changed' : 'gone'} ${JSON.stringify(change)}`)
      editor.view.dispatch(editor.state.tr.replace(place.from, place.to, change.after))
    }
    expect(editor.state.doc.toString(), `seed ${seed}`).toBe(wanted.toString())
  }
})

it('begins a text that is empty', () => {
  for (const html of ['', '<p></p>']) {
    const { editor, theirs, suggestions } = desk(html)
    theirs.commands.insertContent('Vi er for.')
    const [only, ...others] = suggestions()
    expect(others).toEqual([])
    accept(editor, only!)
    expect(editor.getText()).toBe('Vi er for.')
  }
})

it('keeps its place through what others write, and sees that its words have changed or gone', () => {
  const { editor, theirs, suggestions } = desk(text)
  replace(theirs, 'mer tid', 'flere år')
  const [suggestion] = suggestions() as [Suggestion]
  editor.commands.insertContentAt(0, '<p>Først dette.</p>')
  replace(editor, 'Kommunene', 'Alle kommunene')
  expect(look(editor, suggestion).place?.fresh).toBe(true)
  replace(editor, 'er tid', 'ye tid')
  const { place } = look(editor, suggestion)
  expect(editor.state.doc.textBetween(place!.from, place!.to)).toBe('mye tid')
  expect(place!.fresh).toBe(false)
  replace(editor, 'mye tid', '')
  expect(look(editor, suggestion).place).toBeUndefined()
  editor.commands.insertContentAt(editor.state.doc.content.size, '<p>Nok en gang: mer tid.</p>')
  expect(look(editor, suggestion).place?.fresh).toBe(true)
})

it('keeps its place beside line breaks, which have no characters', () => {
  const wanted = (html: string, act: (editor: Editor) => void) => {
    const { editor, theirs, suggestions } = desk(html)
    act(theirs)
    const all = suggestions()
    expect(all.length).toBeGreaterThan(0)
    const after = theirs.getHTML()
    editor.commands.insertContentAt(1, 'Se 🙂 ')
    all.forEach((one) => accept(editor, one))
    expect(editor.getHTML()).toBe(after.replace('<p>', '<p>Se 🙂 '))
  }
  wanted('<p>Ett ord<br>og mer</p>', (editor) => editor.commands.insertContentAt(9, 'nytt '))
  wanted('<p>Ett ord<br><br>og mer</p>', (editor) => editor.commands.insertContentAt(9, 'nytt '))
  wanted('<p>Ett ord<br></p>', (editor) => editor.commands.insertContentAt(9, 'nytt'))
  wanted('<p>Ett ord<br>og <b>mer</b><br></p>', (editor) => editor.commands.deleteRange({ from: 8, to: 9 }))
  wanted('<p>Ett ord<br>og <b>mer</b><br></p>', (editor) => editor.commands.deleteRange({ from: 15, to: 16 }))
  wanted('<p>Ett ord</p>', (editor) => editor.chain().setTextSelection(5).setHardBreak().run())
})

describe('on what was made anew, as a heading and back', () => {
  const anew = (editor: Editor, words: string, back: boolean) => {
    select(editor, words)
    editor.commands.setHeading({ level: 2 })
    if (back) editor.commands.setParagraph()
  }
  function put(html: string, suggest: (editor: Editor) => void, then: (editor: Editor) => void) {
    const { editor, theirs, suggestions } = desk(html)
    suggest(theirs)
    const [one] = suggestions()
    then(editor)
    if (!one) return { fresh: undefined, html: editor.getHTML() }
    const { change, place } = look(editor, one)
    if (place) editor.view.dispatch(editor.state.tr.replace(place.from, place.to, change.after))
    return { fresh: place?.fresh, html: editor.getHTML() }
  }
  const other = (editor: Editor) => editor.commands.setContent('<p>Noe helt annet.</p><p>Sist.</p>')

  it('takes the place of the whole, and is as it was when no word differs', () => {
    expect(put('<p>Mer tid nå.</p><p>Sist.</p>', other, (editor) => anew(editor, 'Mer', true))).toEqual({ fresh: true, html: '<p>Noe helt annet.</p><p>Sist.</p>' })
    expect(put('<p>Mer tid nå.</p><p>Sist.</p>', other, (editor) => anew(editor, 'Mer', false))).toEqual({ fresh: false, html: '<p>Noe helt annet.</p><p>Sist.</p>' })
    expect(put('<p>Mer tid nå.</p>', (editor) => replace(editor, 'tid', 'folk'), (editor) => anew(editor, 'Mer', true))).toEqual({ fresh: true, html: '<p>Mer folk nå.</p>' })
  })

  it('cuts no long block in two, nor one that goes on', () => {
    const long = `${'Mange ord om tid. '.repeat(80)}Slutt.`
    expect(put(`<p>${long}</p><p>Sist.</p>`, other, (editor) => anew(editor, 'Slutt', false)).html).toBe('<p>Noe helt annet.</p><p>Sist.</p>')
    const more = put('<p>Mer tid nå.</p><p>Sist.</p>', other, (editor) => {
      anew(editor, 'Mer', false)
      editor.commands.insertContentAt(1, 'Vi vil ha: ')
    })
    expect(more.fresh).toBeUndefined()
    expect(more.html).toContain('Vi vil ha: Mer tid nå.')
  })

  it('puts items in the place of items', () => {
    const list = (words: string) => `<ul><li><p>Først dette.</p></li><li><p>${words}</p></li></ul><p>Sist.</p>`
    const told = put(list('Mer tid nå.'), (editor) => editor.commands.setContent(list('Noe helt annet.')), (editor) => {
      select(editor, 'Mer')
      editor.chain().toggleOrderedList().toggleBulletList().run()
    })
    expect(told.html).toBe(put(list('Noe helt annet.'), () => undefined, () => undefined).html)
  })
})

it('has no place when the block that it takes away, or stands beside, is gone', () => {
  const { editor, theirs, suggestions } = desk(text)
  theirs.commands.insertContentAt(theirs.state.doc.content.size, '<p>Takk for oss.</p>')
  const [added] = suggestions() as [Suggestion]
  expect(look(editor, added).place?.fresh).toBe(true)
  const { content } = editor.state.doc
  editor.commands.deleteRange({ from: content.size - content.lastChild!.nodeSize, to: content.size })
  expect(look(editor, added).place).toBeUndefined()
})

it('sends nothing to the live text, hears from it, and is given on to another fork', () => {
  const { live, editor, fork, theirs, suggestions } = desk(text)
  const before = editor.getHTML()
  let changes = 0
  live.on('update', () => changes++)
  replace(theirs, 'mer tid', 'flere år')
  expect([editor.getHTML(), changes]).toEqual([before, 0])
  replace(editor, 'penger', 'kroner')
  expect(theirs.getText()).toContain('kroner')
  const again = new Fork(live, fork.kept())
  expect(again.compare().hunks.map(({ after }) => after.content.textBetween(0, after.content.size))).toEqual(['flere år'])
  expect(suggestions().map(({ quote }) => quote)).toEqual(['mer tid'])
  again.destroy()
  fork.destroy()
})

it('cannot be read where it is no change of such a text', () => {
  const { schema } = desk('').editor
  const [none, content] = [{}, (type: string) => ({ content: [{ type }] })]
  for (const change of [undefined, null, 'x', { before: content('script'), after: none }, { before: none, after: content('table') }]) {
    expect(readChange(schema, { change: change as never })).toBeUndefined()
  }
})

it('tells where links lead, so that another address is seen by those who decide', () => {
  const { editor, theirs, suggestions } = desk('<p>Les <a href="https://a.no">planen</a> her.</p>')
  select(theirs, 'planen')
  theirs.chain().extendMarkRange('link').setLink({ href: 'https://b.no' }).run()
  const [{ change }] = suggestions().map((suggestion) => look(editor, suggestion)) as [ReturnType<typeof look>]
  expect([toldOf(change.before), toldOf(change.after)]).toEqual(['planen (https://a.no)', 'planen (https://b.no)'])
})

import { Extension } from '@tiptap/core'
import { DOMParser, DOMSerializer, type Schema, type Slice } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { beginStep, type OwnStep } from '../text/ownStep'
import { cleanPasted } from './clean'
import { readPlain } from './plain'
import { count, newReport, type Report } from './report'

export interface Pasted {
  report: Report
  step?: OwnStep
}

const fromHere = 'data-samsvar'

/** As much as a long report. More at once is not an answer, and would stop the page. */
const mostCharacters = 300_000
const mostMarkup = 20_000_000

/** Makes what is pasted clean, as a step of its own to undo, and tells what became of it. */
export const pasting = (told: (pasted: Pasted) => void) =>
  Extension.create({
    name: 'pasting',
    addProseMirrorPlugins() {
      let report = newReport()
      const tooLong = (length: number) => {
        report = { ...newReport(), tooLong: length }
      }

      function tell(view: EditorView, data: DataTransfer | null, slice: Slice): boolean {
        const [mine, pictures] = [report, data ? alone(data) : 0]
        report = newReport()
        count(mine, 'pictures', pictures)
        // Where nothing is left to paste, what is selected is not to be lost for it.
        if (mine.tooLong !== undefined || pictures > 0 || slice.size === 0) {
          told({ report: mine })
          return true
        }
        const done = beginStep(view)
        queueMicrotask(() => told({ report: mine, step: done() }))
        return false
      }

      return [
        new Plugin({
          props: {
            clipboardSerializer: marking(this.editor.schema),
            transformPastedHTML(html) {
              report = newReport()
              if (html.includes(fromHere)) return html
              const light = html.replace(/\bsrc="data:[^"]*"/g, 'src=""')
              if (light.length > mostMarkup) return tooLong(light.length) ?? ''
              const clean = cleanPasted(light)
              report = clean.report
              const length = clean.html.replace(/<[^>]*>/g, '').length
              return length > mostCharacters ? (tooLong(length) ?? '') : clean.html
            },
            // With Shift one asks for the text as it is, line by line.
            clipboardTextParser(text, $context, asItIs, view) {
              report = newReport()
              if (text.length > mostCharacters) tooLong(text.length)
              if (asItIs || report.tooLong !== undefined || !/[\r\n]/.test(text.trim())) return undefined as never
              const plain = readPlain(text, document)
              report = plain.report
              return DOMParser.fromSchema(view.state.schema).parseSlice(plain.content, { context: $context })
            },
            handlePaste: (view, event, slice) => tell(view, event.clipboardData, slice),
            handleDrop: (view, event, slice, moved) => !moved && tell(view, event.dataTransfer, slice),
          },
        }),
      ]
    },
  })

/** What is copied says that it comes from here: it is as it should be already. */
function marking(schema: Schema): DOMSerializer {
  const { nodes, marks } = DOMSerializer.fromSchema(schema)
  const serializer = new DOMSerializer(nodes, marks)
  const serialize = serializer.serializeFragment.bind(serializer)
  serializer.serializeFragment = (fragment, options, target) => {
    const made = serialize(fragment, options, target)
    if (!target && made.firstChild instanceof Element) made.firstChild.setAttribute(fromHere, '')
    return made
  }
  return serializer
}

/** How many pictures come without any text. From Word and Excel one comes beside the text, and is not missed. */
function alone(data: DataTransfer): number {
  return ['text/html', 'text/plain'].some((type) => data.getData(type)) ? 0 : data.files.length
}

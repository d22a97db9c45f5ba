import type { Editor } from '@tiptap/core'
import { TextSelection, type Transaction } from '@tiptap/pm/state'
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import { onScopeDispose, shallowRef } from 'vue'
import type { RelativePosition } from 'yjs'
import type { Written } from '../text/useAnswerEditor'
import { areasOf, segmentsOf, type Area } from './areas'
import type { Edit } from './edit'

/**
 * The text in ordinary fields. The editor stays what holds the text, the selection and what can be undone; it is only not
 * shown. What is typed in a field is made an edit of it, and the fields follow whatever happens to it.
 */
export function usePlainText(editor: Editor, provider: Written['provider']) {
  const segments = shallowRef(segmentsOf(editor.state.doc))
  const selection = shallowRef(editor.state.selection)
  const focused = shallowRef(false)

  const areaOf = (key: string) => areasOf(segments.value).find((area) => area.key === key)
  /** The area that the selection stands in. */
  const selectedArea = () => areasOf(segments.value).find((area) => area.offsetOf(selection.value.head) !== undefined)

  function follow({ transaction }: { transaction: Transaction }) {
    if (shownDoc !== editor.state.doc) segments.value = segmentsOf(editor.state.doc)
    shownDoc = editor.state.doc
    selection.value = editor.state.selection
    if (transaction.docChanged || transaction.selectionSet) publish()
  }
  let shownDoc = editor.state.doc
  editor.on('transaction', follow)
  onScopeDispose(() => {
    editor.off('transaction', follow)
    focus(false)
  })

  /** Where a word is being composed: its field may be parted before it is made, and another text have the field's name then. */
  let held: { offset: number; place: RelativePosition } | undefined
  function hold(key: string, offset: number) {
    const area = areaOf(key)
    held = area && { offset, place: relative(area.positionOf(offset)) }
  }
  function goneElsewhere(key: string, { from, to, text }: Edit): { area: Area; change: Edit } | undefined {
    if (!held) return undefined
    const { type, binding } = ySyncPluginKey.getState(editor.state)
    const position = relativePositionToAbsolutePosition(type.doc, type, held.place, binding.mapping)
    const area = position === null ? undefined : areasOf(segments.value).find((one) => one.offsetOf(position) !== undefined)
    if (!area || area.key === key) return undefined
    const moved = (offset: number) => Math.min(area.value.length, Math.max(0, offset + area.offsetOf(position!)! - held!.offset))
    return { area, change: { from: moved(from), to: moved(to), text } }
  }

  /** `composed` is the edit as it was made, in the field as it was when that began. */
  function edit(key: string, change: Edit, composed = change) {
    const { tr } = editor.state
    const elsewhere = goneElsewhere(key, composed)
    held = undefined
    const end = elsewhere ? elsewhere.area.apply(tr, elsewhere.change) : areaOf(key)?.apply(tr, change)
    if (end === undefined) return
    editor.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, end)))
  }

  function select(key: string, anchor: number, head: number) {
    const area = areaOf(key)
    if (!area) return
    const [from, to] = [area.positionOf(anchor), area.positionOf(head)]
    const { doc, selection: now, tr } = editor.state
    if (now.anchor === from && now.head === to) return
    editor.view.dispatch(tr.setSelection(TextSelection.create(doc, from, to)))
  }

  function relative(position: number): RelativePosition {
    const { type, binding } = ySyncPluginKey.getState(editor.state)
    return absolutePositionToRelativePosition(position, type, binding.mapping)
  }

  /** The others see where one writes, as they do of those who write in the text itself. */
  function publish() {
    if (!focused.value) return
    provider?.awareness?.setLocalStateField('cursor', { anchor: relative(selection.value.anchor), head: relative(selection.value.head) })
  }

  function focus(on: boolean) {
    focused.value = on
    if (on) publish()
    else provider?.awareness?.setLocalStateField('cursor', null)
  }

  function addParagraph() {
    const { state, schema } = editor
    const tr = state.tr.insert(state.doc.content.size, schema.nodes.paragraph!.create())
    editor.view.dispatch(tr.setSelection(TextSelection.atEnd(tr.doc)))
  }

  return { segments, selection, focused, selectedArea, edit, hold, select, focus, addParagraph }
}

import type { Extensions } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret'
import { useEditor, type Editor } from '@tiptap/vue-3'
import type { Awareness } from 'y-protocols/awareness'
import { getCurrentInstance, watch, type Ref, type ShallowRef } from 'vue'
import type { Language } from '@/lib/language'
import type { LiveDocument } from '../live/liveDocument'
import type { Participant } from '../live/presence'
import { blockViews } from './blockViews'
import { drawCaret, drawSelection } from './caret'
import { frames } from './frames'
import { KeepCursor } from './keepCursor'
import { ReadOnlyGuard } from './readOnlyGuard'
import { vocabulary } from './vocabulary'

/** What is written in: the live text, or a copy that nobody else sees. */
export interface Written extends Pick<LiveDocument, 'doc'>, Partial<Pick<LiveDocument, 'provider'>> {
  writable: Readonly<Ref<boolean>>
}

interface Surroundings {
  user: Participant
  /** Ids of what names the text and of what explains how to get around in it. */
  labelledby: string
  describedby: string
  lang: Language
  /** Whether it is written in ordinary fields instead, which say themselves where one writes. */
  plain: () => boolean
  /** What is drawn over the text, and is no part of it. */
  extensions?: Extensions
}

/** An editor on the text, open for writing for as long as the text is. */
export function useAnswerEditor(live: Written, around: Surroundings): ShallowRef<Editor | undefined> {
  // What stays at the edges of the window, the tools and what is suggested, covers no line that one writes in.
  const edges = { top: 120, right: 0, bottom: live.provider || innerWidth < 640 ? 40 : 220, left: 0 }
  const editorProps = () => ({
    scrollThreshold: edges,
    scrollMargin: edges,
    attributes: {
      class: 'tiptap prose',
      ...(live.writable.value ? { role: 'textbox', 'aria-multiline': 'true' } : { role: 'document', tabindex: '0' }),
      'aria-labelledby': around.labelledby,
      'aria-describedby': around.describedby,
      'data-user-content': '',
      lang: around.lang,
      spellcheck: 'true',
    },
  })
  const editor = useEditor({
    editable: live.writable.value,
    injectCSS: false,
    editorProps: editorProps(),
    extensions: [
      ...vocabulary,
      ReadOnlyGuard,
      blockViews(frames, { app: getCurrentInstance()!.appContext, writable: live.writable }),
      Collaboration.configure({ document: live.doc }),
      KeepCursor,
      ...(live.provider ? [CollaborationCaret.configure({ provider: { awareness: leavingCursor(live.provider.awareness!, around.plain) }, user: around.user, render: drawCaret, selectionRender: drawSelection })] : []),
      ...(around.extensions ?? []),
    ],
  })
  watch(live.writable, (writable) => {
    editor.value?.setEditable(writable, false)
    editor.value?.setOptions({ editorProps: editorProps() })
  })
  return editor
}

/**
 * The carets take one's own away whenever the text has no focus, and tell everybody. While one writes in fields that would go back
 * and forth without end.
 */
function leavingCursor(awareness: Awareness, plain: () => boolean): Awareness {
  const setLocalStateField = (field: string, value: unknown) => {
    if (field !== 'cursor' || !plain()) awareness.setLocalStateField(field, value)
  }
  return Object.create(awareness, { setLocalStateField: { value: setLocalStateField } }) as Awareness
}

/** Goes to where the selection stands. An editor that cannot be written in takes no focus by itself, and scrolls only to where the page's own selection is. */
export function enter(editor: Editor): void {
  if (editor.isEditable) return void editor.chain().focus().scrollIntoView().run()
  requestAnimationFrame(() => {
    if (editor.isDestroyed) return
    const { view, state } = editor
    const [anchor, head] = [view.domAtPos(state.selection.anchor), view.domAtPos(state.selection.head)]
    view.dom.focus({ preventScroll: true })
    getSelection()?.setBaseAndExtent(anchor.node, anchor.offset, head.node, head.offset)
    view.dispatch(state.tr.scrollIntoView())
  })
}

import type { Editor } from '@tiptap/vue-3'
import { TextSelection } from '@tiptap/pm/state'
import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { beginStep } from '../text/ownStep'
import { findingsIn, type TextFinding } from './findings'
import { mend } from './mends'

export type Check = ReturnType<typeof useCheck>

/** One does not hear of a heading that one is about to write. */
const pause = 500

/** What is to be mended in the text that is written now. */
export function useCheck(editor: Ref<Editor | undefined>) {
  const findings = shallowRef<TextFinding[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined

  const look = () => void (findings.value = editor.value && !editor.value.isDestroyed ? findingsIn(editor.value.state.doc) : [])
  function soon() {
    clearTimeout(timer)
    timer = setTimeout(look, pause)
  }
  watch(editor, (now, before) => {
    before?.off('update', soon)
    now?.on('update', soon)
    look()
  }, { immediate: true })
  onScopeDispose(() => {
    clearTimeout(timer)
    editor.value?.off('update', soon)
  })

  /** Where it stands by now: somebody may have written since it was found. */
  function anew({ key }: TextFinding): TextFinding | undefined {
    clearTimeout(timer)
    look()
    return findings.value.find((one) => one.key === key)
  }

  /** The cursor stands there then; the words of a link are selected. */
  function goTo(finding: TextFinding): boolean {
    const now = anew(finding)
    if (!now || !editor.value) return false
    const { doc, tr } = editor.value.state
    const selection = now.kind.startsWith('link') ? TextSelection.create(doc, now.from, now.to) : TextSelection.near(doc.resolve(now.from + 1))
    editor.value.view.dispatch(tr.setSelection(selection))
    return true
  }

  function put(finding: TextFinding, words?: string): boolean {
    const now = anew(finding)
    if (!now || !editor.value?.isEditable) return false
    const done = beginStep(editor.value.view)
    editor.value.view.dispatch(mend(editor.value.state, now, words).scrollIntoView())
    done()
    look()
    return true
  }

  return { findings, count: computed(() => findings.value.length), goTo, put }
}

import { Extension, type Editor } from '@tiptap/core'
import type { EditorState } from '@tiptap/pm/state'
import type { Language } from '@/lib/language'
import { paragraphLanguages, type ParagraphLanguage } from '@/lib/richtext'
import type { ToolChoice, Translate } from './tools'

const isLanguage = (value: unknown): value is ParagraphLanguage => paragraphLanguages.includes(value as ParagraphLanguage)

/** Set where it is another than the answer's. The browser's spelling and a screen reader's voice follow it. */
const lang = {
  default: null,
  parseHTML: (element: HTMLElement) => (isLanguage(element.lang) ? element.lang : null),
  renderHTML: (attributes: Record<string, unknown>) => (isLanguage(attributes.lang) ? { lang: attributes.lang } : {}),
}

export const ParagraphLanguages = Extension.create({
  name: 'paragraphLanguages',
  addGlobalAttributes: () => [{ types: ['paragraph', 'heading'], attributes: { lang } }],
})

/** Blocks of text that are selected, or hold the cursor, and can be in a language of their own. */
function chosen({ doc, selection: { from, to } }: EditorState): { at: number; lang: string | null }[] {
  const found: { at: number; lang: string | null }[] = []
  doc.nodesBetween(from, to, (node, at) => void ('lang' in node.attrs && found.push({ at, lang: node.attrs.lang })))
  return found
}

/** The value for the answer's own language. Not an empty one: that is also what a choice has that shows nothing. */
const answers = 'answer'

/** The language that all of them are in; nothing where they differ or there are none. */
function languageHere(state: EditorState): string | undefined {
  const [first, ...rest] = chosen(state)
  return first && rest.every(({ lang }) => lang === first.lang) ? (first.lang ?? answers) : undefined
}

/** The cursor stays where it is, and so does the focus: who chooses by arrow keys tries several. */
export function setLanguage(editor: Editor, to: string): void {
  const { tr } = editor.state
  for (const { at } of chosen(editor.state)) tr.setNodeAttribute(at, 'lang', isLanguage(to) ? to : null)
  if (tr.docChanged) editor.view.dispatch(tr)
}

/** The choice of language in the toolbar, in an answer in that language. */
export function languageTool(editor: Editor, answer: Language, t: Translate): ToolChoice {
  const name = (language: ParagraphLanguage) => t(`terms.text.language.${language}`)
  const others = paragraphLanguages.filter((language) => language !== answer)
  const here = languageHere(editor.state)
  return {
    name: 'language',
    disabled: chosen(editor.state).length === 0,
    options: [{ value: answers, label: t('editor.language.answer', { language: name(answer) }) }, ...others.map((value) => ({ value, label: name(value) }))],
    chosen: here === answer ? answers : here,
    run: (language) => setLanguage(editor, language),
  }
}

import { mergeAttributes, Node } from '@tiptap/core'
import { alternativeSides } from '@/lib/richtext'
import { choice } from '../text/attributes'

export const sides = [...alternativeSides, 'other'] as const

/** At most what a label is read to; more can be typed by nobody. */
export const labelLimit = 100

/** What the parties disagree about, each with its own text. Lax, as the card is, for the same reason. */
export const Alternatives = Node.create({
  name: 'alternatives',
  content: 'alternative*',
  isolating: true,
  allowGapCursor: false,
  parseHTML: () => [{ tag: 'section[data-alternatives]' }],
  renderHTML: ({ HTMLAttributes }) => ['section', mergeAttributes(HTMLAttributes, { 'data-alternatives': '' }), 0],
})

export const Alternative = Node.create({
  name: 'alternative',
  content: 'block*',
  isolating: true,
  selectable: false,
  addAttributes: () => ({
    side: choice('side', sides),
    label: {
      default: null,
      parseHTML: (element: HTMLElement) => element.dataset.label?.slice(0, labelLimit) || null,
      renderHTML: ({ label }: Record<string, unknown>) => (label ? { 'data-label': label } : {}),
    },
  }),
  parseHTML: () => [{ tag: 'div[data-alternative]', context: 'alternatives/' }],
  renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { 'data-alternative': '' }), 0],
})

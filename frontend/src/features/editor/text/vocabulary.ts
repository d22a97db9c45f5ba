import { mergeAttributes, Node, type Extensions } from '@tiptap/core'
import { Heading } from '@tiptap/extension-heading'
import { Link } from '@tiptap/extension-link'
import { OrderedList } from '@tiptap/extension-list'
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'
import { StarterKit } from '@tiptap/starter-kit'
import { Alternative, Alternatives } from '../alternatives/nodes'
import { ExampleField, GoodExample } from '../cards/nodes'
import { isAllowedHref } from './links'
import { ParagraphLanguages } from './paragraphLanguage'
import { Rooms } from './rooms'

/** Cards and alternatives stand in a text itself, in nothing that is in it: they are of no group. */
const AnswerDocument = Node.create({
  name: 'doc',
  topNode: true,
  content: '(block | goodExample | alternatives)+',
})

/** The question above the text is a heading of the second level, so the text's own begin below it. */
const headingBase = 3

const AnswerHeading = Heading.extend({
  // `check/headings.ts` has those that skip no level.
  addInputRules: () => [],
  parseHTML() {
    return [1, 2, 3, 4, 5, 6].map((shown) => ({
      tag: `h${shown}`,
      getAttrs: (element: HTMLElement) => ({ level: Number(element.dataset.level) || Math.min(shown, 3) }),
    }))
  },
  renderHTML({ node, HTMLAttributes }) {
    const { level } = node.attrs as { level: number }
    return [`h${headingBase + level - 1}`, mergeAttributes(HTMLAttributes, { 'data-level': level }), 0]
  },
}).configure({ levels: [1, 2, 3] })

/** An address and nothing else travels with a link; how it opens is for the page that shows it. */
const AnswerLink = Link.extend({
  addAttributes() {
    return { href: { default: null } }
  },
}).configure({
  autolink: false,
  openOnClick: false,
  defaultProtocol: 'https',
  isAllowedUri: isAllowedHref,
  HTMLAttributes: { rel: 'noopener noreferrer nofollow', target: '_blank' },
})

const AnswerOrderedList = OrderedList.extend({
  addAttributes() {
    return { start: { default: 1, parseHTML: (element) => Number(element.getAttribute('start')) || 1 } }
  },
})

const AnswerTable = Table.extend({
  renderHTML() {
    return ['div', { class: 'scroll' }, ['table', ['tbody', 0]]]
  },
}).configure({ resizable: false, View: null })

function cellAttributes() {
  const span = (name: string) => ({
    default: 1,
    parseHTML: (element: HTMLElement) => Math.max(1, Number(element.getAttribute(name)) || 1),
  })
  return { colspan: span('colspan'), rowspan: span('rowspan'), colwidth: { default: null, rendered: false, parseHTML: () => null } }
}

/**
 * Everything that an answer may contain, and nothing else. What is pasted is cut down to it. There
 * is no history: undoing is the collaboration's, so that one undoes one's own edits alone. There is
 * no node kept at the end of the text either, since every open window would add its own.
 */
export const vocabulary: Extensions = [
  StarterKit.configure({
    blockquote: false,
    code: false,
    codeBlock: false,
    document: false,
    heading: false,
    horizontalRule: false,
    link: false,
    orderedList: false,
    strike: false,
    trailingNode: false,
    underline: false,
    undoRedo: false,
  }),
  AnswerDocument,
  AnswerHeading,
  ParagraphLanguages,
  AnswerLink,
  AnswerOrderedList,
  AnswerTable,
  TableRow,
  TableHeader.extend({ addAttributes: cellAttributes }),
  TableCell.extend({ addAttributes: cellAttributes }),
  GoodExample,
  ExampleField,
  Alternatives,
  Alternative,
  Rooms,
]

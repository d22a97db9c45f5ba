import { computed, defineComponent, h, inject, type PropType, type VNode, type VNodeArrayChildren, type VNodeChild } from 'vue'
import { useI18n } from 'vue-i18n'
import { isEmptyDocument, ownLanguage, readExample, safeHref, sideName, type RichMark, type RichNode, type TextWords } from '@/lib/richtext'
import type { Language } from '@/lib/language'
import { textWords } from './textWords'

interface Author {
  label: string
  colour: string
  faint: boolean
}

/** What holds for a whole text while it is drawn; words stand in the reader's language, whatever the text's is. */
interface Drawing {
  headingBase: number
  authors?: Author[]
  words: TextWords
  wordsLang: string
}

/**
 * What somebody has written, as semantic HTML. `headingBase` is the level that the writer's
 * topmost headings get on this page. Nodes that are not known are shown as their text.
 */
export default defineComponent({
  name: 'RichText',
  props: {
    doc: { type: Object as PropType<RichNode | null>, default: null },
    lang: { type: String as PropType<Language>, required: true },
    headingBase: { type: Number, default: 3 },
    /** Who wrote what, for texts with marks that say so. */
    authors: { type: Array as PropType<Author[]>, default: undefined },
  },
  setup(props) {
    const words = inject(textWords)!
    const { locale } = useI18n()
    const drawing = computed<Drawing>(() => ({ headingBase: props.headingBase, authors: props.authors, words, wordsLang: locale.value }))
    return () => h('div', { class: 'prose', 'data-user-content': '', lang: props.lang }, drawTop(props.doc?.content ?? [], drawing.value))
  },
})

/** A good example stands one level below the heading that it comes after. */
function drawTop(nodes: RichNode[], drawing: Drawing): VNodeChild[] {
  let level = drawing.headingBase
  return nodes.map((node) => {
    if (node.type === 'heading') level = headingLevel(node, drawing) + 1
    return node.type === 'goodExample' ? example(node, Math.min(6, level), drawing) : draw(node, drawing)
  })
}

function draw(node: RichNode, drawing: Drawing): VNodeChild {
  const inside = () => (node.content ?? []).map((child) => draw(child, drawing))
  switch (node.type) {
    case 'text':
      return (node.marks ?? []).reduce<VNodeChild>((inner, mark) => marked(inner, mark, drawing.authors), node.text ?? '')
    case 'paragraph':
      return h('p', { lang: ownLanguage(node) }, inside())
    case 'heading':
      return h(`h${headingLevel(node, drawing)}`, { lang: ownLanguage(node) }, inside())
    case 'bulletList':
      return h('ul', inside())
    case 'orderedList':
      return h('ol', { start: numberOf(node, 'start', 1) }, inside())
    case 'listItem':
      return h('li', inside())
    case 'hardBreak':
      return h('br')
    case 'table':
      return h('div', { class: 'scroll', tabindex: 0 }, h('table', h('tbody', inside())))
    case 'tableRow':
      return h('tr', inside())
    case 'tableHeader':
    case 'tableCell':
      return h(node.type === 'tableHeader' ? 'th' : 'td', spans(node), inside())
    case 'alternatives':
      return alternatives(node, drawing)
    default:
      return node.text ?? inside()
  }
}

/** A part of the text with a name above it. */
function part(kind: string, name: string, drawing: Drawing, content: VNodeArrayChildren): VNodeChild {
  return h('section', { class: kind, role: 'group', 'aria-label': name }, [h('p', { class: 'part-name', lang: drawing.wordsLang }, name), ...content])
}

function example(node: RichNode, level: number, drawing: Drawing): VNodeChild {
  const { choices, fields } = readExample(node)
  if (choices.length + fields.length === 0) return undefined
  const { words, wordsLang: lang } = drawing
  const entry = (name: string, value: VNode) => h('div', [h('dt', { lang }, words(`field.${name}`)), value])
  const told = ({ content }: { content: RichNode[] }) => content.map((child) => draw(child, drawing))
  const [title, rest] = [fields.find(({ name }) => name === 'title'), fields.filter(({ name }) => name !== 'title')]
  return part('good-example', words('example'), drawing, [
    title && h(`h${level}`, told(title)),
    h('dl', [
      choices.map(({ name, code }) => entry(name, h('dd', { lang }, words(`${name}.${code}`)))),
      rest.map((field) => entry(field.name, h('dd', field.name === 'link' ? address(field.content, told(field)) : told(field)))),
    ]),
  ])
}

function address(content: RichNode[], shown: VNodeArrayChildren): VNodeArrayChildren {
  const href = safeHref(content.map((node) => node.text ?? '').join('').trim())
  return href && !/\s/.test(href) ? [link(href, shown)] : shown
}

function alternatives(node: RichNode, drawing: Drawing): VNodeChild {
  const { words } = drawing
  const sides = (node.content ?? []).map((alternative, at) => {
    const content = (alternative.content ?? []).map((child) => draw(child, drawing))
    const shown = isEmptyDocument(alternative) ? [h('p', { class: 'nothing', lang: drawing.wordsLang }, words('noText'))] : content
    return part('alternative', sideName(alternative, at, words), drawing, shown)
  })
  return sides.length > 0 ? part('alternatives', words('alternatives'), drawing, [h('div', { class: 'sides' }, sides)]) : undefined
}

function link(href: string, inner: VNodeArrayChildren): VNodeChild {
  return h('a', { href, rel: 'noopener noreferrer nofollow' }, inner)
}

function marked(inner: VNodeChild, mark: RichMark, authors?: Author[]): VNodeChild {
  switch (mark.type) {
    case 'author': {
      const author = authors?.[Number(mark.attrs?.by)]
      if (!author) return inner
      const told = h('span', { class: 'sr-only' }, ` (${author.label}) `)
      return h('span', { class: ['author', { faint: author.faint }], style: { '--author': author.colour }, title: author.label }, [told, inner])
    }
    case 'bold':
      return h('strong', [inner])
    case 'italic':
      return h('em', [inner])
    case 'link': {
      const href = safeHref(mark.attrs?.href)
      return href ? link(href, [inner]) : inner
    }
    default:
      return inner
  }
}

function headingLevel(node: RichNode, { headingBase }: Drawing): number {
  return Math.min(6, headingBase + numberOf(node, 'level', 1) - 1)
}

function spans(node: RichNode) {
  return { colspan: numberOf(node, 'colspan', 1), rowspan: numberOf(node, 'rowspan', 1) }
}

function numberOf(node: RichNode, attribute: string, fallback: number): number {
  const value = node.attrs?.[attribute]
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : fallback
}

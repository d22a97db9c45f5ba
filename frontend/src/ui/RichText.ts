import { defineComponent, h, type PropType, type VNodeChild } from 'vue'
import { safeHref, type RichMark, type RichNode } from '@/lib/richtext'
import type { Language } from '@/lib/language'

interface Author {
  label: string
  colour: string
  faint: boolean
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
    const one = (node: RichNode): VNodeChild => render(node, props.headingBase, props.authors)
    return () => h('div', { class: 'prose', 'data-user-content': '', lang: props.lang }, (props.doc?.content ?? []).map(one))
  },
})

function render(node: RichNode, headingBase: number, authors?: Author[]): VNodeChild {
  const inside = () => (node.content ?? []).map((child) => render(child, headingBase, authors))
  switch (node.type) {
    case 'text':
      return (node.marks ?? []).reduce<VNodeChild>((inner, mark) => marked(inner, mark, authors), node.text ?? '')
    case 'paragraph':
      return h('p', inside())
    case 'heading':
      return h(`h${Math.min(6, headingBase + numberOf(node, 'level', 1) - 1)}`, inside())
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
    default:
      return node.text ?? inside()
  }
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
      return href ? h('a', { href, rel: 'noopener noreferrer nofollow' }, [inner]) : inner
    }
    default:
      return inner
  }
}

function spans(node: RichNode) {
  return { colspan: numberOf(node, 'colspan', 1), rowspan: numberOf(node, 'rowspan', 1) }
}

function numberOf(node: RichNode, attribute: string, fallback: number): number {
  const value = node.attrs?.[attribute]
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : fallback
}

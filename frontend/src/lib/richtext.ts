/** The vocabulary of an answer, as ProseMirror JSON. Nothing else is written, but more may be met. */
export interface RichNode {
  type: string
  attrs?: Record<string, unknown>
  content?: RichNode[]
  marks?: RichMark[]
  text?: string
}

export interface RichMark {
  type: string
  attrs?: Record<string, unknown>
}

/** The text of a node and all below it; a hard break is a line break. */
export function plainText(node: RichNode): string {
  if (node.type === 'hardBreak') return '\n'
  return node.text ?? (node.content ?? []).map(plainText).join('')
}

/** Whether nothing at all has been written. */
export function isEmptyDocument(doc: RichNode | null | undefined): boolean {
  return !doc || plainText(doc).trim() === ''
}

/** The fields of a good example, in the order in which they are read. */
export const exampleFields = ['title', 'parties', 'transferable', 'contact', 'link'] as const

/** Whom a good example is for, and how far it has come. */
export const exampleGroups = ['children_youth', 'severe_mental_illness', 'frail_elderly', 'multiple_chronic', 'maternity', 'all', 'other'] as const
export const exampleStatuses = ['idea', 'pilot', 'running', 'evaluated', 'ended'] as const

/** Who an alternative speaks for; anybody else has a name of their own. */
export const alternativeSides = ['municipal', 'hospital'] as const

/** What the parts of a text are called, in the reader's language: `group.frail_elderly`, `field.contact`, `side.municipal` ... */
export type TextWords = (key: string, values?: Record<string, unknown>) => string

export interface GoodExample {
  choices: { name: 'group' | 'status'; code: string }[]
  fields: { name: string; content: RichNode[] }[]
}

/** A good example as it is read: what nobody filled in is left out, and what two people made at once is one field. */
export function readExample(node: RichNode): GoodExample {
  const given = (node.content ?? []).filter((field) => plainText(field).trim() !== '')
  const nameOf = (field: RichNode) => String(field.attrs?.name ?? '')
  const names = new Set<string>([...exampleFields, ...given.map(nameOf)])
  return {
    choices: (['group', 'status'] as const).flatMap((name) => (node.attrs?.[name] ? [{ name, code: String(node.attrs[name]) }] : [])),
    fields: [...names].map((name) => ({ name, content: joined(given.filter((field) => nameOf(field) === name)) })).filter(({ content }) => content.length > 0),
  }
}

function joined(fields: RichNode[]): RichNode[] {
  return fields.flatMap((field, at) => [...(at ? [{ type: 'text', text: ' ' }] : []), ...(field.content ?? [])])
}

/** What a good example is called: its title, or only what it is. */
export function exampleName({ fields }: GoodExample, words: TextWords): string {
  const title = fields.find(({ name }) => name === 'title')
  return title ? title.content.map(plainText).join('').trim() : words('example')
}

/** Whose text an alternative is; by its place where nobody has said so. */
export function sideName(alternative: RichNode, at: number, words: TextWords): string {
  const { side, label } = alternative.attrs ?? {}
  if (alternativeSides.some((known) => known === side)) return words(`side.${String(side)}`)
  return (typeof label === 'string' && label.trim()) || words('alternative', { n: at + 1 })
}

/** What a paragraph can be written in. `se` is Northern Sami. */
export const paragraphLanguages = ['nb', 'nn', 'se'] as const
export type ParagraphLanguage = (typeof paragraphLanguages)[number]

/** The language of a paragraph or heading, where it has one of its own. */
export function ownLanguage(node: RichNode): ParagraphLanguage | undefined {
  const lang = node.attrs?.lang
  return paragraphLanguages.find((known) => known === lang)
}

/** Addresses that a reader may be sent to; anything else is shown as text. */
export function safeHref(href: unknown): string | undefined {
  return typeof href === 'string' && /^(https?:\/\/|mailto:|tel:)/i.test(href) ? href : undefined
}

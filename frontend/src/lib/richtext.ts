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

/** Addresses that a reader may be sent to; anything else is shown as text. */
export function safeHref(href: unknown): string | undefined {
  return typeof href === 'string' && /^(https?:\/\/|mailto:|tel:)/i.test(href) ? href : undefined
}

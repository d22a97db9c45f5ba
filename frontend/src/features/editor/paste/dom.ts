export const all = (root: ParentNode, selector: string) => [...root.querySelectorAll<HTMLElement>(selector)]
export const styleOf = (element: Element) => element.getAttribute('style') ?? ''
export const textOf = (node: Node) => (node.textContent ?? '').trim()
export const unwrap = (element: Element) => element.replaceWith(...element.childNodes)
export const isElement = (node: Node | null): node is HTMLElement => node?.nodeType === Node.ELEMENT_NODE

/** Of elements in the order of the page, those that stand in none of the others. */
export function outermost(elements: HTMLElement[]): HTMLElement[] {
  const kept: HTMLElement[] = []
  for (const element of elements) if (!kept.at(-1)?.contains(element)) kept.push(element)
  return kept
}

/** The same element under another name, without its attributes. */
export function renamed(element: Element, name: string): HTMLElement {
  const made = element.ownerDocument.createElement(name)
  made.append(...element.childNodes)
  element.replaceWith(made)
  return made
}

export function comments(root: Node): Comment[] {
  const walker = root.ownerDocument!.createTreeWalker(root, NodeFilter.SHOW_COMMENT)
  const found: Comment[] = []
  while (walker.nextNode()) found.push(walker.currentNode as Comment)
  return found
}

export function texts(root: Node): Text[] {
  const walker = root.ownerDocument!.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const found: Text[] = []
  while (walker.nextNode()) found.push(walker.currentNode as Text)
  return found
}

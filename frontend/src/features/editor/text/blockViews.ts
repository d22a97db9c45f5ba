import { Extension, type Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import type { EditorView, NodeView, ViewMutationRecord } from '@tiptap/pm/view'
import { h, render, shallowReactive, type AppContext, type Component, type Ref } from 'vue'

/** A block of the text as its labels and controls see it. */
export interface Block {
  readonly editor: Editor
  /** For what names it. */
  readonly id: string
  readonly writable: Ref<boolean>
  node: Node
  /** Its number among those that it stands with. */
  index: number
  /** Whether the cursor stands in it, and whether somebody is writing there now. */
  here: boolean
  writing: boolean
  position(): number | undefined
  /** The block's own element. */
  element(): HTMLElement
  set(attributes: Record<string, string | null>): void
}

/** What is drawn around the words of a block: components that get it as `block`. */
export interface Frame {
  tag: string
  class: string
  head?: Component
  foot?: Component
}

interface Surroundings {
  app: AppContext
  writable: Ref<boolean>
}

/** Draws blocks of the text with labels and controls, which are no part of it: ProseMirror keeps the words, Vue the rest. */
export function blockViews(frames: Record<string, Frame>, around: Surroundings) {
  return Extension.create({
    name: 'blockViews',
    addProseMirrorPlugins() {
      const { editor } = this
      const nodeViews = Object.fromEntries(
        Object.entries(frames).map(([name, frame]) => [name, (node: Node, view: EditorView, position: () => number | undefined) => new BlockView(frame, around, { editor, node, view, position })]),
      )
      return [new Plugin({ props: { nodeViews } })]
    },
  })
}

const looks = ['transaction', 'focus', 'blur'] as const
let blocks = 0

interface Place {
  editor: Editor
  node: Node
  view: EditorView
  position: () => number | undefined
}

class BlockView implements NodeView {
  readonly dom: HTMLElement
  readonly contentDOM: HTMLElement
  private readonly parts: HTMLElement[] = []
  private readonly block: Block

  constructor(frame: Frame, { app, writable }: Surroundings, private readonly at: Place) {
    this.dom = document.createElement(frame.tag)
    this.contentDOM = document.createElement('div')
    this.contentDOM.className = 'words'
    const { editor, node, position } = at
    this.block = shallowReactive<Block>({
      editor, writable, node, position, id: `block-${++blocks}`, index: 0, here: false, writing: false,
      element: () => this.dom,
      set: (attributes) => this.set(attributes),
    })
    this.dom.className = frame.class
    this.dom.setAttribute('role', 'group')
    this.dom.setAttribute('aria-labelledby', this.block.id)
    this.dom.append(...this.part(frame.head, app), this.contentDOM, ...this.part(frame.foot, app))
    this.look()
    for (const event of looks) editor.on(event, this.look)
  }

  private part(component: Component | undefined, app: AppContext): HTMLElement[] {
    if (!component) return []
    const element = document.createElement('div')
    element.className = 'frame'
    element.contentEditable = 'false'
    element.dataset.size = 'sm'
    element.addEventListener('keydown', ({ key }) => key === 'Escape' && this.at.view.focus())
    const drawn = h(component, { block: this.block })
    // Each is a tree of its own to Vue, and would begin its ids anew.
    drawn.appContext = { ...app, config: { ...app.config, idPrefix: `${this.block.id}-${this.parts.length}` } }
    render(drawn, element)
    this.parts.push(element)
    return [element]
  }

  private readonly look = () => {
    const { block, dom, at: { view } } = this
    const from = block.position()
    if (from === undefined) return
    const { doc, selection } = view.state
    block.index = doc.resolve(from).index()
    block.here = selection.from > from && selection.to < from + block.node.nodeSize
    block.writing = block.here && view.hasFocus()
    const { attrs, textContent } = block.node
    for (const [name, value] of Object.entries(attrs)) {
      if (value) dom.dataset[name] = String(value)
      else delete dom.dataset[name]
    }
    dom.toggleAttribute('data-empty', textContent === '' && Object.values(attrs).every((value) => !value))
  }

  private set(attributes: Record<string, string | null>): void {
    const from = this.block.position()
    if (from === undefined) return
    const { tr } = this.at.view.state
    for (const [name, value] of Object.entries(attributes)) tr.setNodeAttribute(from, name, value)
    this.at.view.dispatch(tr)
  }

  update(node: Node): boolean {
    if (node.type !== this.block.node.type) return false
    this.block.node = node
    return true
  }

  private isFrame = (target: EventTarget | null) => this.parts.some((part) => part.contains(target as HTMLElement | null))

  stopEvent(event: Event): boolean {
    return this.isFrame(event.target)
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== 'selection' && !this.contentDOM.contains(mutation.target)
  }

  destroy(): void {
    for (const event of looks) this.at.editor.off(event, this.look)
    for (const part of this.parts) render(null, part)
  }
}

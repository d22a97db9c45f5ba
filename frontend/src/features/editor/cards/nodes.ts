import { mergeAttributes, Node } from '@tiptap/core'
import { exampleFields, exampleGroups, exampleStatuses } from '@/lib/richtext'
import { choice } from '../text/attributes'

/**
 * A good example as a card. What fails the schema is deleted from the text of all, so the schema asks for no field, and
 * for no order of them: two people at once can make any of it. `isolating` keeps the card whole when somebody deletes
 * at its edges. It is not `defining`: words copied from a field are words alone.
 */
export const GoodExample = Node.create({
  name: 'goodExample',
  content: 'exampleField*',
  isolating: true,
  allowGapCursor: false,
  addAttributes: () => ({ group: choice('group', exampleGroups), status: choice('status', exampleStatuses) }),
  parseHTML: () => [{ tag: 'section[data-good-example]' }],
  renderHTML: ({ HTMLAttributes }) => ['section', mergeAttributes(HTMLAttributes, { 'data-good-example': '' }), 0],
})

/** One line of a card. `code` is what ProseMirror calls text without any form: what is pasted is words, and `# ` makes no heading. */
export const ExampleField = Node.create({
  name: 'exampleField',
  content: 'text*',
  marks: '',
  code: true,
  whitespace: 'normal',
  isolating: true,
  selectable: false,
  addAttributes: () => ({ name: choice('name', exampleFields) }),
  parseHTML: () => [{ tag: 'p[data-name]', context: 'goodExample/', priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ['p', HTMLAttributes, 0],
})

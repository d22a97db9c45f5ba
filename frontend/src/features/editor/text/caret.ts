import type { DecorationAttrs } from '@tiptap/pm/view'
import { colours } from '../live/colours'
import { readParticipant } from '../live/presence'

/**
 * Where another person is writing. The name is drawn by the style sheet from an attribute, so that
 * it is never a part of the text, whoever reads or copies that.
 */
export function drawCaret(user: Record<string, unknown>): HTMLElement {
  const caret = document.createElement('span')
  caret.className = 'caret'
  caret.setAttribute('aria-hidden', 'true')
  const who = readParticipant(user)
  if (!who) return caret
  caret.dataset.name = [who.name, who.organisation].filter(Boolean).join(', ')
  caret.style.setProperty('--caret', colours[who.colour])
  requestAnimationFrame(() => lean(caret))
  return caret
}

const roomForName = 240

/** Near the right edge the name leans over what stands to the left, and is not cut off. */
function lean(caret: HTMLElement): void {
  const edge = caret.closest('.tiptap')?.getBoundingClientRect().right
  if (edge !== undefined) caret.toggleAttribute('data-leans', edge - caret.getBoundingClientRect().left < roomForName)
}

export function drawSelection(user: Record<string, unknown>): DecorationAttrs {
  const who = readParticipant(user)
  return who ? { class: 'others-selection', style: `--caret: ${colours[who.colour]}` } : {}
}

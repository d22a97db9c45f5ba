import { readonly, ref } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'success' | 'info' | 'danger'
  undo?: () => void
}

const shown = ref<Toast[]>([])
const spoken = ref('')
let next = 0

export const toasts = readonly(shown)
export const announcement = readonly(spoken)

/** Tells what happened, read aloud as well. It stays longer when it can be undone. */
export function toast(text: string, options: { tone?: Toast['tone']; undo?: () => void } = {}): void {
  const id = ++next
  shown.value.push({ id, text, tone: options.tone ?? 'success', undo: options.undo })
  setTimeout(() => dismiss(id), options.undo ? 15_000 : 7_000)
}

export function dismiss(id: number): void {
  shown.value = shown.value.filter((one) => one.id !== id)
}

const silence = 100
const breath = 1_000
const waiting: string[] = []
let speaking = false

/**
 * Says something to screen readers alone, after what was said before it. They tell what changes: of two things said at once only the
 * last would be heard, and of the same thing said again nothing.
 */
export function announce(text: string): void {
  if (!waiting.includes(text)) waiting.push(text)
  if (!speaking) hush()
}

function hush(): void {
  speaking = true
  spoken.value = ''
  setTimeout(speak, silence)
}

function speak(): void {
  spoken.value = waiting.shift()!
  setTimeout(() => {
    speaking = false
    if (waiting.length > 0) hush()
  }, breath)
}

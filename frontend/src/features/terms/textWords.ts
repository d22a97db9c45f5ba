import type { Composer } from 'vue-i18n'
import type { TextWords } from '@/lib/richtext'

/** What the parts of a text are called. A code that nobody knows is shown as it is. */
export function wordsOfTexts({ t, te }: Pick<Composer, 't' | 'te'>): TextWords {
  return (key, values = {}) => (te(`terms.text.${key}`) ? t(`terms.text.${key}`, values) : key.slice(key.indexOf('.') + 1))
}

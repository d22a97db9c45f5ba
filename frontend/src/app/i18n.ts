import { createI18n } from 'vue-i18n'
import { isLanguage, type Language } from '@/lib/language'

const remembered = 'samsvar-language'

export const i18n = createI18n({ legacy: false, locale: 'nb', fallbackLocale: false as const, messages: {} })

const words: Record<Language, () => Promise<{ default: Record<string, object> }>> = {
  nb: () => import('./messages/nb'),
  nn: () => import('./messages/nn'),
}

/** The language to start in: what was chosen on this machine, else what the browser prefers. */
export function firstLanguage(): Language {
  const chosen = localStorage.getItem(remembered)
  if (isLanguage(chosen)) return chosen
  return navigator.languages.find((tag) => /^n[bno]/.test(tag))?.startsWith('nn') ? 'nn' : 'nb'
}

let asked: Language | undefined

/** Shows the page in the language that was asked for last; whatever is open and typed stays as it is. */
export async function showLanguage(language: Language): Promise<void> {
  asked = language
  const { global } = i18n
  if (!global.availableLocales.includes(language as never)) {
    global.setLocaleMessage(language, (await words[language]()).default)
  }
  if (asked !== language) return
  global.locale.value = language
  document.documentElement.lang = language
  localStorage.setItem(remembered, language)
}

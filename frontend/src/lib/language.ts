/** A written form of Norwegian. The two are equals. */
export type Language = 'nb' | 'nn'

export const languages: readonly Language[] = ['nb', 'nn']

export function isLanguage(value: unknown): value is Language {
  return value === 'nb' || value === 'nn'
}

/** What people have written to be read in one or both written forms. */
export interface LocalText {
  nb?: string
  nn?: string
}

/** The text in the language asked for, else the other one; and which one that was, for a `lang` attribute. */
export function textIn(text: LocalText, language: Language): { text: string; lang: Language } {
  const other = language === 'nb' ? 'nn' : 'nb'
  const lang = text[language] || !text[other] ? language : other
  return { text: text[lang] ?? '', lang }
}

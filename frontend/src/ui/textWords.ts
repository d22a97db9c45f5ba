import type { InjectionKey } from 'vue'
import type { TextWords } from '@/lib/richtext'

/** The words of the domain that texts are shown with. This folder has none: the frame provides them. */
export const textWords: InjectionKey<TextWords> = Symbol('textWords')

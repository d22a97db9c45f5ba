import AlternativeHead from '../alternatives/AlternativeHead.vue'
import AlternativesFoot from '../alternatives/AlternativesFoot.vue'
import AlternativesHead from '../alternatives/AlternativesHead.vue'
import ExampleFoot from '../cards/ExampleFoot.vue'
import ExampleHead from '../cards/ExampleHead.vue'
import FieldHead from '../cards/FieldHead.vue'
import type { Frame } from './blockViews'

/** What stands around the words of cards and alternatives. */
export const frames: Record<string, Frame> = {
  goodExample: { tag: 'section', class: 'good-example', head: ExampleHead, foot: ExampleFoot },
  exampleField: { tag: 'div', class: 'example-field', head: FieldHead },
  alternatives: { tag: 'section', class: 'alternatives', head: AlternativesHead, foot: AlternativesFoot },
  alternative: { tag: 'section', class: 'alternative', head: AlternativeHead },
}

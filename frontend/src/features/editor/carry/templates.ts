import type { Language } from '@/lib/language'
import type { RichNode } from '@/lib/richtext'

type Words = Record<Language, string>

/** A part of an answer: what the writer is to say there, and how much of the answer it should take. */
interface Part {
  heading?: Words
  help: Words
  share: number
  /** Left out of an answer that is to be so short that there would hardly be a sentence for it. */
  optional?: boolean
  list?: boolean
}

export interface Template {
  name: 'challenges' | 'measures' | 'short'
  parts: Part[]
  /** The header row of a table, which stands after the first part. */
  columns?: Words[]
}

const hardlyASentence = 25

/** Structures to begin with. The words in square brackets are ordinary text, which the writer replaces. */
export const templates: Template[] = [
  {
    name: 'challenges',
    parts: [
      { share: 0.15, help: { nb: 'Hovedpoenget i én eller to setninger', nn: 'Hovudpoenget i éi eller to setningar' } },
      {
        share: 0.3,
        heading: { nb: 'Utfordringer', nn: 'Utfordringar' },
        help: { nb: 'Hva er vanskelig i dag, hvor, og for hvem?', nn: 'Kva er vanskeleg i dag, kvar, og for kven?' },
      },
      {
        share: 0.35,
        heading: { nb: 'Tiltak', nn: 'Tiltak' },
        help: { nb: 'Hva bør gjøres, hvem gjør det, og når?', nn: 'Kva bør gjerast, kven gjer det, og når?' },
        list: true,
      },
      {
        share: 0.1,
        heading: { nb: 'Hva tiltakene krever', nn: 'Kva tiltaka krev' },
        help: { nb: 'Folk, penger, avtaler eller endringer i regler', nn: 'Folk, pengar, avtaler eller endringar i reglar' },
        optional: true,
      },
      {
        share: 0.1,
        heading: { nb: 'Hvordan vi ser at det virker', nn: 'Korleis vi ser at det verkar' },
        help: { nb: 'Hva skal være bedre, for hvem, og hvordan måles det?', nn: 'Kva skal vere betre, for kven, og korleis blir det målt?' },
        optional: true,
      },
    ],
  },
  {
    name: 'measures',
    parts: [
      { share: 0.3, help: { nb: 'Hva tiltakene til sammen skal føre til', nn: 'Kva tiltaka til saman skal føre til' } },
      { share: 0.2, help: { nb: 'Det viktigste tiltaket, og hvorfor det kommer først', nn: 'Det viktigaste tiltaket, og kvifor det kjem først' }, optional: true },
    ],
    columns: [
      { nb: 'Tiltak', nn: 'Tiltak' },
      { nb: 'Ansvarlig', nn: 'Ansvarleg' },
      { nb: 'Tid', nn: 'Tid' },
      { nb: 'Virkning', nn: 'Verknad' },
    ],
  },
  {
    name: 'short',
    parts: [
      { share: 0.3, help: { nb: 'Svaret på spørsmålet i én eller to setninger', nn: 'Svaret på spørsmålet i éi eller to setningar' } },
      { share: 0.5, help: { nb: 'En grunn, et tall eller et eksempel', nn: 'Ein grunn, eit tal eller eit døme' }, list: true },
      { share: 0.2, help: { nb: 'Hva vi ber departementet om', nn: 'Kva vi ber departementet om' } },
    ],
  },
]

const about: Words = { nb: 'om lag {count} ord', nn: 'om lag {count} ord' }
const rows = 3
const items = 3

/** The template's blocks in the language of the answer, fitted to the length that was suggested for it; 0 for none. */
export function blocksOf({ parts, columns }: Template, language: Language, guidanceWords: number): RichNode[] {
  const wordsFor = ({ share }: Part) => Math.max(10, Math.round((guidanceWords * share) / 10) * 10)
  const length = (part: Part) => (guidanceWords > 0 ? `, ${about[language].replace('{count}', String(wordsFor(part)))}` : '')
  const fitting = parts.filter((part) => !part.optional || guidanceWords === 0 || guidanceWords * part.share >= hardlyASentence)
  const blocks = fitting.map((part): RichNode[] => {
    const help = `[${part.help[language]}${length(part)}]`
    const body = part.list ? { type: 'bulletList', content: Array.from({ length: items }, (_, at) => ({ type: 'listItem', content: [paragraph(at === 0 ? help : '[…]')] })) } : paragraph(help)
    return part.heading ? [{ type: 'heading', attrs: { level: 1 }, content: [text(part.heading[language])] }, body] : [body]
  })
  if (columns) blocks.splice(1, 0, [table(columns.map((column) => column[language]))])
  return blocks.flat()
}

const text = (words: string): RichNode => ({ type: 'text', text: words })
const paragraph = (words?: string): RichNode => ({ type: 'paragraph', content: words ? [text(words)] : [] })

function table(headers: string[]): RichNode {
  const row = (type: string, cells: string[]) => ({ type: 'tableRow', content: cells.map((cell) => ({ type, content: [paragraph(cell)] })) })
  const empty = headers.map((header) => `[${header.toLowerCase()}]`)
  return { type: 'table', content: [row('tableHeader', headers), row('tableCell', empty), ...Array.from({ length: rows - 1 }, () => row('tableCell', headers.map(() => '')))] }
}

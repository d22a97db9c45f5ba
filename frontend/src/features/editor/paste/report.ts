/** What an answer has no room for, and is left out. */
export const leftOut = ['pictures', 'embedded', 'formulas', 'formFields', 'comments', 'deletions', 'contents', 'links', 'notesWithoutText', 'pageNumbers'] as const
/** What is kept in another form than it had. */
export const reshaped = ['notes', 'textBoxes', 'struck', 'quotes', 'tables', 'letteredLists', 'offLine', 'wrappedLines'] as const

export type Kind = (typeof leftOut)[number] | (typeof reshaped)[number]

/** What became of a paste, beyond the words that came in as they were. */
export interface Report {
  counts: Partial<Record<Kind, number>>
  /** Whether colours, fonts and sizes fell away. */
  looks: boolean
  /** So many characters that nothing was put in. */
  tooLong?: number
}

export const newReport = (): Report => ({ counts: {}, looks: false })

export function count(report: Report, kind: Kind, more = 1): void {
  if (more > 0) report.counts[kind] = (report.counts[kind] ?? 0) + more
}

export const isWorthTelling = ({ counts, tooLong }: Report) => tooLong !== undefined || Object.keys(counts).length > 0

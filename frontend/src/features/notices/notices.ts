import { queryOptions } from '@tanstack/vue-query'
import { api, call, type Schemas } from '@/api'
import { paths } from '@/lib/paths'

export type Notice = Schemas['Notice']

/** What the person was told for the organisation they act for. Asked for again while somebody is there. */
export const noticesQuery = queryOptions({
  queryKey: ['notices'],
  queryFn: () => call(api.GET('/notices')),
  refetchInterval: 60_000,
})

/** Those that ask an approver for something lead to where it is done. */
const toSignoff = ['laid_before', 'parties_changed', 'silence_warning']

export function hrefOf({ kind, responseId, roundId, about, answerId, threadId }: Notice): string {
  if (!roundId) return kind.startsWith('mandate') ? paths.mandates : paths.meeting(about ?? '')
  if (!responseId) return paths.round(roundId)
  if (answerId && threadId) return paths.thread(responseId, answerId, threadId)
  if (toSignoff.includes(kind)) return paths.signoff(responseId)
  return kind === 'submitted' ? paths.receipt(responseId) : paths.response(responseId)
}

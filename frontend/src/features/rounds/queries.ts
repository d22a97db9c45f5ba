import { queryOptions } from '@tanstack/vue-query'
import { api, call } from '@/api'

export const roundsQuery = queryOptions({ queryKey: ['rounds'], queryFn: () => call(api.GET('/rounds')) })

export const roundQuery = (roundId: string) =>
  queryOptions({
    queryKey: ['rounds', roundId],
    queryFn: () => call(api.GET('/rounds/{roundId}', { params: { path: { roundId } } })),
  })

export const recipientsQuery = (roundId: string) =>
  queryOptions({
    queryKey: ['rounds', roundId, 'recipients'],
    queryFn: () => call(api.GET('/rounds/{roundId}/recipients', { params: { path: { roundId } } })),
  })

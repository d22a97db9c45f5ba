import { queryOptions } from '@tanstack/vue-query'
import { api, call, queryClient, type Schemas } from '@/api'

/** Where the response stands. Asked for again while the page is in sight: the others move on as well. */
export const responseQuery = (responseId: string) =>
  queryOptions({
    queryKey: ['responses', responseId],
    queryFn: () => call(api.GET('/responses/{responseId}', { params: { path: { responseId } } })),
    refetchInterval: 15_000,
  })

/** The text as it stands: frozen, or the draft as it was last saved. */
export const textQuery = (responseId: string) =>
  queryOptions({
    queryKey: ['responses', responseId, 'text'],
    queryFn: () => call(api.GET('/responses/{responseId}/text', { params: { path: { responseId } } })),
    refetchOnMount: 'always',
  })

export const historyQuery = (responseId: string) =>
  queryOptions({
    queryKey: ['responses', responseId, 'history'],
    queryFn: () => call(api.GET('/responses/{responseId}/history', { params: { path: { responseId } } })),
  })

export const readingsQuery = (responseId: string) =>
  queryOptions({
    queryKey: ['responses', responseId, 'readings'],
    queryFn: () => call(api.GET('/responses/{responseId}/readings', { params: { path: { responseId } } })),
  })

/** Who has asked to join the separate answer. */
export const wishesQuery = (responseId: string) =>
  queryOptions({
    queryKey: ['responses', responseId, 'wishes'],
    queryFn: () => call(api.GET('/responses/{responseId}/wishes', { params: { path: { responseId } } })),
  })

export const positionsQuery = (responseId: string) =>
  queryOptions({
    queryKey: ['responses', responseId, 'positions'],
    queryFn: () => call(api.GET('/responses/{responseId}/positions', { params: { path: { responseId } } })),
  })

/** The community whose answer it is, as it is today. */
export const membersQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['communities', organisationId],
    queryFn: () => call(api.GET('/communities/{organisationId}', { params: { path: { organisationId } } })),
  })

/** The committees of the community whose answer it is. */
export const bodiesQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['communities', organisationId, 'bodies'],
    queryFn: () => call(api.GET('/communities/{organisationId}/bodies', { params: { path: { organisationId } } })),
  })

/** What the server answered to a change is what every page shows from now on. */
export function keepResponse(response: Schemas['Response']): void {
  queryClient.setQueryData(responseQuery(response.id).queryKey, response)
  refreshAround(response.id)
}

/** Asks anew for all that a change to the response may have touched. */
export function refreshAround(responseId: string): void {
  for (const queryKey of [['responses', responseId], ['submissions', responseId], ['my-turn'], ['rounds'], ['communities']]) {
    void queryClient.invalidateQueries({ queryKey })
  }
}

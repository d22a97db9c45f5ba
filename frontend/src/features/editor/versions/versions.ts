import { queryOptions } from '@tanstack/vue-query'
import { api, call } from '@/api'

/** The versions of an answer, the newest first. */
export const versionsQuery = (responseId: string, answerId: string) =>
  queryOptions({
    queryKey: ['responses', responseId, 'answers', answerId, 'versions'],
    queryFn: () => call(api.GET('/responses/{responseId}/answers/{answerId}/versions', { params: { path: { responseId, answerId } } })),
    refetchOnMount: 'always',
  })

/** What an answer said after an edit never changes. */
export const versionQuery = (responseId: string, answerId: string, place: number) =>
  queryOptions({
    queryKey: ['versions', responseId, answerId, place],
    queryFn: () => call(api.GET('/responses/{responseId}/answers/{answerId}/versions/{place}', { params: { path: { responseId, answerId, place } } })),
    staleTime: Infinity,
    shallow: true,
  })

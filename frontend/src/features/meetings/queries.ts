import { queryOptions } from '@tanstack/vue-query'
import { api, call, queryClient, type Schemas } from '@/api'

export const meetingQuery = (meetingId: string) =>
  queryOptions({
    queryKey: ['meetings', meetingId],
    queryFn: () => call(api.GET('/meetings/{meetingId}', { params: { path: { meetingId } } })),
    refetchInterval: 30_000,
  })

export const meetingsQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['communities', organisationId, 'meetings'],
    queryFn: () => call(api.GET('/communities/{organisationId}/meetings', { params: { path: { organisationId } } })),
  })

/** The community's committees, and the answers that can stand on an agenda. */
export const bodiesQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['communities', organisationId, 'bodies'],
    queryFn: () => call(api.GET('/communities/{organisationId}/bodies', { params: { path: { organisationId } } })),
  })
export const communityQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['communities', organisationId],
    queryFn: () => call(api.GET('/communities/{organisationId}', { params: { path: { organisationId } } })),
  })

/** What the server answered to a change is what the page shows from now on; what the change may have touched is asked for anew. */
export function keepMeeting(meeting: Schemas['Meeting']): void {
  queryClient.setQueryData(meetingQuery(meeting.id).queryKey, meeting)
  for (const queryKey of [['communities'], ['responses'], ['my-turn']]) void queryClient.invalidateQueries({ queryKey })
}

export const packHref = (meetingId: string, caseId: string, language: string) => `/api/v1/meetings/${meetingId}/cases/${caseId}/pack?language=${language}`

/** The way back from the deadline. It follows the response, whose page asks anew when something changes. */
export const planQuery = (responseId: string) =>
  queryOptions({
    queryKey: ['responses', responseId, 'plan'],
    queryFn: () => call(api.GET('/responses/{responseId}/plan', { params: { path: { responseId } } })),
  })

export const calendarQuery = queryOptions({ queryKey: ['calendar'], queryFn: () => call(api.GET('/me/calendar')) })

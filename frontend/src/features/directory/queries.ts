import { queryOptions } from '@tanstack/vue-query'
import { api, call } from '@/api'

export const communitiesQuery = queryOptions({ queryKey: ['communities'], queryFn: () => call(api.GET('/communities')) })

export const communityQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['communities', organisationId],
    queryFn: () => call(api.GET('/communities/{organisationId}', { params: { path: { organisationId } } })),
  })

export const bodiesQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['communities', organisationId, 'bodies'],
    queryFn: () => call(api.GET('/communities/{organisationId}/bodies', { params: { path: { organisationId } } })),
  })

export const organisationsQuery = queryOptions({ queryKey: ['organisations'], queryFn: () => call(api.GET('/organisations')) })

export const accountsQuery = queryOptions({ queryKey: ['accounts'], queryFn: () => call(api.GET('/accounts')) })

export const undeliveredQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['communities', organisationId, 'undelivered'],
    queryFn: () => call(api.GET('/communities/{organisationId}/undelivered', { params: { path: { organisationId } } })),
  })

export const outboxQuery = queryOptions({ queryKey: ['mail'], queryFn: () => call(api.GET('/mail')) })

import { queryOptions } from '@tanstack/vue-query'
import { api, call } from '@/api'

export const sessionsQuery = queryOptions({ queryKey: ['sessions'], queryFn: () => call(api.GET('/me/sessions')) })

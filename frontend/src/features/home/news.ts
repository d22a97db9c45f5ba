import { queryOptions } from '@tanstack/vue-query'
import { api, call } from '@/api'

export const newsQuery = queryOptions({
  queryKey: ['my-turn', 'news'],
  queryFn: () => call(api.GET('/my-turn/news')),
  refetchOnMount: 'always',
})

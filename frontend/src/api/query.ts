import { QueryClient } from '@tanstack/vue-query'
import { onReconnect } from './connection'
import { ApiProblem } from './problem'

/** What the server has said, kept for the pages. Only lack of contact is worth asking again for. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      networkMode: 'always',
      retry: (failures, error) => failures < 2 && error instanceof ApiProblem && error.unreachable,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

onReconnect(() => void queryClient.invalidateQueries())

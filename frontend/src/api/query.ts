import { QueryClient } from '@tanstack/vue-query'
import { onReconnect } from './connection'
import { ApiProblem } from './problem'

/** Only lack of contact is worth asking again for. */
export const askTwiceMore = (failures: number, error: unknown) => failures < 2 && error instanceof ApiProblem && error.unreachable

/** What the server has said, kept for the pages. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      networkMode: 'always',
      retry: askTwiceMore,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

onReconnect(() => void queryClient.invalidateQueries())

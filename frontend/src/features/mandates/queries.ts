import { queryOptions } from '@tanstack/vue-query'
import { api, call, queryClient, type Schemas } from '@/api'

export const mandatesQuery = queryOptions({ queryKey: ['mandates'], queryFn: () => call(api.GET('/mandates')) })

/** What the server answered to a change; what may be done to responses may have changed with it. */
export function keepMandates(mandates: Schemas['Mandates']): void {
  queryClient.setQueryData(mandatesQuery.queryKey, mandates)
  for (const queryKey of [['responses'], ['my-turn']]) void queryClient.invalidateQueries({ queryKey })
}

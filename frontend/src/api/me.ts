import { queryOptions, useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { setServerTime } from '@/lib/clock'
import { may } from './abilities'
import { api, call, type Schemas } from './client'

export type Me = Schemas['Me']
export type Role = Schemas['Role']

// Nobody asks before the router has: on the login page there is nobody to ask about.
const known = ref(false)

export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: 60_000,
  async queryFn() {
    const me = await call(api.GET('/me'))
    setServerTime(new Date(me.now))
    known.value = true
    return me
  },
})

/** Who is logged in, and for whom they act. Undefined until known. */
export function useMe() {
  const { data } = useQuery({ ...meQuery, enabled: known })
  return {
    me: data,
    acting: computed(() => data.value?.acting),
    may: (action: string) => may(action, data.value?.abilities),
  }
}

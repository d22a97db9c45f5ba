import { useMutation } from '@tanstack/vue-query'
import { computed, ref, shallowRef } from 'vue'
import { ApiProblem, queryClient, type Schemas } from '@/api'
import { useTerms } from '@/features/terms'
import { toast } from '@/ui'
import { changesBetween, type Change } from './changes'
import { keepResponse, responseQuery } from './queries'

type Response = Schemas['Response']

/**
 * A change to the response as it was seen when its dialog was opened, not as it has become since.
 * When others were first, `news` says what they did, and the next try is made on what is seen then.
 */
export function useChange<Input = void>(current: () => Response, send: (seen: Response, input: Input) => Promise<Response>, onDone: () => string) {
  const terms = useTerms()
  const open = ref(false)
  const seen = shallowRef(current())
  const news = shallowRef<Change[]>()

  const mutation = useMutation({
    mutationFn: (input: Input) => send(seen.value, input),
    onSuccess(response) {
      keepResponse(response)
      open.value = false
      toast(onDone())
    },
    async onError(error) {
      if (!(error instanceof ApiProblem) || !error.conflict) return
      const before = seen.value
      seen.value = await queryClient.fetchQuery({ ...responseQuery(before.id), staleTime: 0 })
      news.value = changesBetween(before, seen.value)
    },
  })

  return {
    open,
    seen,
    news,
    error: mutation.error,
    busy: mutation.isPending,
    problem: computed(() => terms.problem(mutation.error.value)),
    confirm: (input: Input) => mutation.mutate(input),
    ask() {
      seen.value = current()
      news.value = undefined
      mutation.reset()
      open.value = true
    },
  }
}

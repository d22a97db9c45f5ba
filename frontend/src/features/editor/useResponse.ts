import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { api, call, type Schemas } from '@/api'

type Status = Schemas['Answer']['status']

const everySoOften = 15_000

/** The response with its answers. Asked for again now and then: the others move on as well. */
export function useResponse(responseId: MaybeRefOrGetter<string>) {
  const cache = useQueryClient()
  const queryKey = computed(() => ['responses', toValue(responseId)])
  const path = (answerId: string) => ({ path: { responseId: toValue(responseId), answerId } })
  const keep = (response: Schemas['Response']) => {
    cache.setQueryData(queryKey.value, response)
    void cache.invalidateQueries({ queryKey: ['my-turn'] })
  }
  const askAgain = () => cache.invalidateQueries({ queryKey: queryKey.value })

  const response = useQuery({
    queryKey,
    queryFn: () => call(api.GET('/responses/{responseId}', { params: { path: { responseId: toValue(responseId) } } })),
    refetchInterval: everySoOften,
  })

  const setStatus = useMutation({
    mutationFn: ({ answer, status }: { answer: Schemas['Answer']; status: Status }) =>
      call(
        api.PUT('/responses/{responseId}/answers/{answerId}/status', {
          params: path(answer.id),
          body: { status, version: answer.version },
        }),
      ),
    onSuccess: keep,
    onError: askAgain,
  })

  const setCoordinator = useMutation({
    mutationFn: ({ answer, organisationId }: { answer: Schemas['Answer']; organisationId?: string }) =>
      call(
        api.PUT('/responses/{responseId}/answers/{answerId}/coordinator', {
          params: path(answer.id),
          body: { organisationId, version: answer.version },
        }),
      ),
    onSuccess: keep,
    onError: askAgain,
  })

  const relate = useMutation({
    mutationFn: ({ answer, kind, communityId }: { answer: Schemas['Answer']; kind?: Schemas['RelationKind']; communityId?: string }) =>
      call(
        api.PUT('/responses/{responseId}/answers/{answerId}/relation', {
          params: path(answer.id),
          body: { kind, communityId, version: answer.version },
        }),
      ),
    onSuccess: keep,
    onError: askAgain,
  })

  return { response, setStatus, setCoordinator, relate, askAgain }
}

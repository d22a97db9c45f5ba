import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { api, call, type Schemas } from '@/api'

type Job = Schemas['Job']

const running = (job: Job | undefined) => job?.state === 'waiting' || job?.state === 'running'

/** A rendering of a whole round. It goes on when the page is left; coming back finds it again. */
export function useExport(roundId: string) {
  const place = `samsvar.export.${roundId}`
  const jobId = ref(sessionStorage.getItem(place) ?? '')
  const client = useQueryClient()

  const job = useQuery({
    queryKey: computed(() => ['jobs', jobId.value]),
    queryFn: () => call(api.GET('/jobs/{jobId}', { params: { path: { jobId: jobId.value } } })),
    enabled: computed(() => jobId.value !== ''),
    refetchInterval: (query) => (running(query.state.data) ? 1000 : false),
  })

  function follow(started: Job) {
    client.setQueryData(['jobs', started.id], started)
    jobId.value = started.id
    sessionStorage.setItem(place, started.id)
  }
  const start = useMutation({
    mutationFn: (body: Schemas['ExportInput']) => call(api.POST('/rounds/{roundId}/exports', { params: { path: { roundId } }, body })),
    onSuccess: follow,
  })
  const cancel = useMutation({
    mutationFn: () => call(api.POST('/jobs/{jobId}/cancel', { params: { path: { jobId: jobId.value } } })),
    onSuccess: follow,
  })
  return { job: job.data, busy: computed(() => running(job.data.value)), start, cancel }
}

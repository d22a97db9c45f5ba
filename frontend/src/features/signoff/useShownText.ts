import { useQuery } from '@tanstack/vue-query'
import { computed, shallowRef, watch } from 'vue'
import type { Schemas } from '@/api'
import { responseQuery, textQuery } from '@/features/responses'
import { movedBetween } from './changed'

type Text = Schemas['ResponseText']

/**
 * The text that stands on the page. It is never changed under the eyes of the one who reads: when
 * another text has been frozen, `outdated` says so, and `showNewest` fetches it and tells what moved.
 */
export function useShownText(responseId: string) {
  const response = useQuery(responseQuery(responseId))
  const newest = useQuery(textQuery(responseId))
  const shown = shallowRef<Text>()
  const moved = shallowRef<number[]>()

  watch(newest.data, (text) => {
    if (text && (!shown.value || shown.value.freeze?.id === text.freeze?.id)) shown.value = text
  }, { immediate: true })

  const outdated = computed(() => {
    const standing = response.data.value?.freeze?.id
    return shown.value !== undefined && standing !== undefined && standing !== shown.value.freeze?.id
  })

  async function showNewest() {
    const { data } = await newest.refetch()
    if (!data) return
    if (shown.value?.freeze && data.freeze && shown.value.freeze.id !== data.freeze.id) moved.value = movedBetween(shown.value, data)
    shown.value = data
    await response.refetch()
  }

  const query = { data: computed(() => shown.value), error: newest.error, refetch: () => newest.refetch() }
  return { response, shown, query, outdated, moved, showNewest }
}

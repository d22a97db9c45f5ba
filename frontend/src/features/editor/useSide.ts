import { computed, ref } from 'vue'

export type Side = 'comments' | 'suggestions' | 'find' | 'check' | 'carry'

/** What stands beside the text: one thing at a time, so that the text keeps its room. */
export function useSide() {
  const shown = ref<Side>()
  /** Whether one of them is shown. */
  const isShown = (side: Side) =>
    computed({
      get: () => shown.value === side,
      set: (on) => {
        if (on) shown.value = side
        else if (shown.value === side) shown.value = undefined
      },
    })
  return { shown, isShown }
}

import { readonly, ref } from 'vue'

/**
 * Whether the service can be reached. A call that gets no answer reports it lost; from then on the
 * page asks /readyz until it is back, ever less often but at least every 15 seconds.
 */
const lost = ref(false)
const comebacks = new Set<() => void>()
const waits = [1, 2, 3, 5, 8, 15].map((seconds) => seconds * 1000)

export const connectionLost = readonly(lost)

export function reportLost(): void {
  if (lost.value) return
  lost.value = true
  void tryAgain(0)
}

/** Calls `listener` each time contact is made again. */
export function onReconnect(listener: () => void): void {
  comebacks.add(listener)
}

async function tryAgain(attempt: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, waits[Math.min(attempt, waits.length - 1)]))
  const ready = await fetch('/readyz', { cache: 'no-store' }).then((response) => response.ok, () => false)
  if (!ready) return tryAgain(attempt + 1)
  lost.value = false
  comebacks.forEach((listener) => listener())
}

import { vi } from 'vitest'

/** Lets so much time pass on the fake clock, and everything arrive that is on its way, also to and from what the browser keeps. */
export async function settle(milliseconds = 1): Promise<void> {
  await storage()
  await vi.advanceTimersByTimeAsync(milliseconds)
  await storage()
}

// The specs' IndexedDB takes a few turns of the real loop for each thing that is asked of it.
async function storage(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done))
}

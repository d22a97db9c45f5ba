import { expect, vi } from 'vitest'
import { connectionLost } from '@/api'

/** Contact that was lost in a spec comes again, as it does for a page: it is shared with the specs to come. */
export async function contactIsBack() {
  vi.stubGlobal('fetch', async () => new Response())
  await vi.waitFor(() => expect(connectionLost.value).toBe(false), 30_000)
}

import type { RouteLocationNormalized } from 'vue-router'
import { api, call, queryClient } from '@/api'

const responsePage = /^\/responses\/([^/]+)/

/**
 * Remembers, when somebody comes to a response's pages and when they leave them, that they have looked at it, so that
 * their first page can tell what is new. That it cannot be remembered is no reason to trouble anybody.
 */
export async function noteLook(to: RouteLocationNormalized, from: RouteLocationNormalized): Promise<void> {
  const looked = new Set([from.path, to.path].flatMap((path) => responsePage.exec(path)?.[1] ?? []))
  for (const responseId of looked) {
    await call(api.PUT('/responses/{responseId}/looked', { params: { path: { responseId } } })).catch(() => undefined)
  }
  if (looked.size) void queryClient.invalidateQueries({ queryKey: ['my-turn', 'news'] })
}

import createClient from 'openapi-fetch'
import { reportLost } from './connection'
import { askForProof, gateArmed, waitForLogin } from './gate'
import { networkProblem, problemFrom } from './problem'
import { queryClient } from './query'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

/** Whom this page shows as acting. Tabs share a login: what is pressed here must not be done by whom another tab has chosen. */
function shown(): string | undefined {
  const me = queryClient.getQueryData<Schemas['Me']>(['me'])
  return me && `${me.account.id}/${me.acting?.organisation.id ?? ''}`
}

async function send(request: Request): Promise<Response> {
  const as = shown()
  if (as) request.headers.set('Samsvar-As', as)
  const again = request.clone()
  const response = await fetch(request).catch(() => {
    reportLost()
    throw networkProblem()
  })
  if (response.ok) return response
  if (response.status === 401 && gateArmed()) {
    await waitForLogin()
    return send(again)
  }
  const problem = await problemFrom(response)
  if (problem.unreachable) reportLost()
  if (problem.code === 'reauthentication_required' && (await askForProof(String(problem.facts.level ?? '')))) return send(again)
  throw problem
}

/** The API, typed by its contract. Go through `call`, which gives the body or throws an ApiProblem. */
export const api = createClient<paths>({ baseUrl: `${window.location.origin}/api/v1`, fetch: send })

/** The body of a successful answer. Everything else is thrown as an ApiProblem. */
export async function call<T>(pending: Promise<{ data?: T }>): Promise<T> {
  const { data } = await pending
  return data as T
}

import type { components } from './schema'

type Problem = components['schemas']['Problem']
export type ProblemField = components['schemas']['ProblemField']

/** Codes that the page makes itself, when no problem came back from the server. */
export type LocalCode = 'network' | 'not_a_problem'

/** What went wrong with a call, as the server tells it (RFC 9457) or as the page saw it. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string | undefined
  readonly fields: readonly ProblemField[]
  readonly facts: Readonly<Record<string, unknown>>
  readonly requestId: string | undefined

  constructor(problem: Pick<Problem, 'status' | 'code' | 'title'> & Partial<Problem>) {
    super(problem.title)
    this.name = 'ApiProblem'
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
    this.detail = problem.detail
    this.fields = problem.fields ?? []
    this.facts = problem.facts ?? {}
    this.requestId = problem.requestId
  }

  /** No answer reached the page, or the service says that it cannot work right now. */
  get unreachable(): boolean {
    return this.code === 'network' || [502, 503, 504].includes(this.status)
  }

  /** Somebody else changed it first; what was typed is still in the page. */
  get conflict(): boolean {
    return this.status === 409
  }

  /** The code of what is wrong with a field of the form, if that is what went wrong. */
  fieldCode(name: string): string | undefined {
    return this.fields.find((field) => field.name === name)?.code
  }
}

export async function problemFrom(response: Response): Promise<ApiProblem> {
  const fallback = { status: response.status, code: 'not_a_problem' satisfies LocalCode, title: response.statusText }
  if (!response.headers.get('Content-Type')?.includes('application/problem+json')) return new ApiProblem(fallback)
  const body = (await response.json().catch(() => ({}))) as Partial<Problem>
  return new ApiProblem({ ...fallback, ...body })
}

export function networkProblem(): ApiProblem {
  return new ApiProblem({ status: 0, code: 'network' satisfies LocalCode, title: 'No contact with the service' })
}

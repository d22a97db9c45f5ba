import { queryOptions } from '@tanstack/vue-query'
import { api, call, type Schemas } from '@/api'
import type { RichNode } from '@/lib/richtext'

export const overviewQuery = (roundId: string) =>
  queryOptions({
    queryKey: ['rounds', roundId, 'overview'],
    queryFn: () => call(api.GET('/rounds/{roundId}/overview', { params: { path: { roundId } } })),
    refetchInterval: 30_000,
  })

export const submissionsQuery = (roundId: string) =>
  queryOptions({
    queryKey: ['rounds', roundId, 'submissions'],
    queryFn: () => call(api.GET('/rounds/{roundId}/submissions', { params: { path: { roundId } } })),
  })

export const acrossQuery = (roundId: string, questionId: string) =>
  queryOptions({
    queryKey: ['rounds', roundId, 'across', questionId],
    queryFn: () => call(api.GET('/rounds/{roundId}/questions/{questionId}/answers', { params: { path: { roundId, questionId } } })),
  })

/** The newest that the response has sent, or the one with the number. */
export const submissionQuery = (responseId: string, number?: string) =>
  queryOptions({
    queryKey: ['submissions', responseId, number],
    queryFn: () => call(api.GET('/submissions/{responseId}', { params: { path: { responseId }, query: { number } } })),
  })

/** What anybody may read. */
export const publishedListQuery = (roundId?: string) =>
  queryOptions({ queryKey: ['published', roundId], queryFn: () => call(api.GET('/published', { params: { query: { roundId } } })) })

export const publishedQuery = (number: string) =>
  queryOptions({ queryKey: ['published', 'one', number], queryFn: () => call(api.GET('/published/{number}', { params: { path: { number } } })) })

export const publicFileHref = (number: string, format: 'pdf' | 'docx' | 'json', language: string) => `/api/v1/published/${number}/file/${format}?language=${language}`

/** The address of a rendered submission. The browser downloads it; the server names the file. */
export const fileHref = ({ responseId, number }: Schemas['Receipt'], format: 'pdf' | 'docx' | 'json' | 'receipt' | 'archive', language: string) =>
  `/api/v1/submissions/${responseId}/file/${format}?language=${language}&number=${number}`

export const attachmentHref = ({ responseId, number }: Schemas['Receipt'], id: string) => `/api/v1/submissions/${responseId}/attachments/${id}?number=${number}`

/** The parts of a submission package (docs/evidence.md) that the page shows. */
export interface SubmissionPackage {
  round: { title: Schemas['Text']; sender: string; reference: string }
  response: { kind: 'joint' | 'separate'; language: Schemas['Language']; owner: { name: string } }
  freeze: { number: number; hash: string; frozenAt: string }
  answers: { id: string; number: number; question: Schemas['Text']; status: 'ready' | 'not_answered'; language: Schemas['Language']; content: RichNode; hash: string; relation?: PackageRelation }[]
  parties: PackageParty[]
  remarks: { id: string; answerId: string | null; quote?: string; authors: { name: string }[]; text: string; reply?: { text: string } }[]
  decision: null | { body: string; date: string; caseNumber: string }
  packageHash: string
}

export interface PackageRelation {
  kind: Schemas['RelationKind']
  community: { id: string; name: string }
  freezeNumber: number
  answerHash: string
}

/** A package's relation, as the pages show relations. */
export const relationIn = ({ kind, community, freezeNumber, answerHash }: PackageRelation): Schemas['AnswerRelation'] => ({
  kind,
  communityId: community.id,
  community: community.name,
  version: freezeNumber,
  hash: answerHash,
})

export interface PackageParty {
  id: string
  name: string
  side: 'hospital' | 'municipal'
  position: null | { kind: Schemas['PositionKind']; reason: string; recordedAt: string; by: { name: string }; answerHashes: Record<string, string>; needed?: number; approvers?: { by: { name: string } }[]; coverage?: Schemas['Coverage']; uncounted?: 'parties' | 'mandate'; mandate?: { kind: 'stand_in' | 'on_behalf'; organisation: string; restsOn: string } }
  treatments?: { id: string; body: string; date: string; caseNumber: string; freezeNumber: number; corrects?: string; attachments?: { id: string; name: string; size: number }[] }[]
}

import { useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { api, call, type Schemas } from '@/api'
import { isEmptyDocument, type RichNode } from '@/lib/richtext'
import { useFormat } from '@/lib/useFormat'

/**
 * What may be carried over into an answer: what the same community or organisation answered in other rounds, as it was
 * sent or else as it was last written, and the other answers of this response. The service lists only what this person takes part in.
 */
export function useEarlier(response: Schemas['Response'], answerId: string) {
  const { t } = useI18n()
  const { text: textOf, localText } = useFormat()
  const rounds = useQuery({ queryKey: ['rounds'], queryFn: () => call(api.GET('/rounds')) })
  const sources = computed(() => [
    ...(rounds.data.value ?? []).flatMap((round) =>
      round.responses.filter(({ id, owner }) => owner.id === response.owner.id && id !== response.id).map(({ id }) => ({ value: id, label: textOf(round.title) })),
    ),
    { value: response.id, label: t('editor.carry.here') },
  ])

  const picked = ref({ source: '', answer: '' })
  const source = computed({ get: () => picked.value.source || sources.value[0]!.value, set: (value) => (picked.value = { source: value, answer: '' }) })
  const text = useQuery({
    queryKey: computed(() => ['responses', source.value, 'text']),
    queryFn: () => call(api.GET('/responses/{responseId}/text', { params: { path: { responseId: source.value } } })),
    enabled: () => !rounds.isPending.value,
  })
  const answers = computed(() => (text.data.value?.answers ?? []).filter((one) => one.answerId !== answerId && !isEmptyDocument(one.content as unknown as RichNode)))
  const choices = computed(() => answers.value.map(({ answerId: value, number, question }) => ({ value, label: `${number}. ${localText(question.text).text}` })))
  const choice = computed({ get: () => picked.value.answer || (choices.value[0]?.value ?? ''), set: (value) => (picked.value.answer = value) })
  const answer = computed(() => answers.value.find((one) => one.answerId === choice.value))
  const from = computed(() => t('editor.carry.from', { source: sources.value.find(({ value }) => value === source.value)?.label ?? '', number: answer.value?.number ?? 0 }))

  return { rounds, sources, source, text, choices, choice, answer, from }
}

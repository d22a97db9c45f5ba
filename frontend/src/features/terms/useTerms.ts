import { useI18n } from 'vue-i18n'
import { abilityTo, ApiProblem, type Role, type Schemas } from '@/api'

/** The domain's words, the same everywhere: roles, kinds, and what stands in the way. */
export function useTerms() {
  const { t, te } = useI18n()

  function because(code: string): string {
    return te(`terms.problem.${code}`) ? t(`terms.problem.${code}`) : t('terms.problem.unexpected')
  }

  function wrongBecause(code: string): string {
    return te(`terms.field.${code}`) ? t(`terms.field.${code}`) : t('terms.field.invalid')
  }

  return {
    role: (role: Role) => t(`terms.role.${role}`),
    /** An organisation as one addresses it: a municipality's register name is only the place. */
    organisation: ({ kind, name }: Pick<Schemas['Organisation'], 'kind' | 'name'>) =>
      kind === 'municipality' && !/kommune$/i.test(name) ? t('terms.municipality', { name }) : name,
    organisationKind: (kind: Schemas['OrganisationKind']) => t(`terms.kind.${kind}`),
    responseKind: (kind: Schemas['ResponseSummary']['kind']) => t(`terms.responseKind.${kind}`),

    /** Why the action cannot be taken now: the reason beside a button. Nothing when it can. */
    whyNot(action: string, abilities: readonly Schemas['Ability'][] | undefined): string | undefined {
      const ability = abilityTo(action, abilities)
      return ability?.why && !ability.allowed ? because(ability.why) : undefined
    },

    /** What went wrong with a call, what is kept and what to do now. Nothing when nothing did. */
    problem(error: unknown): string | undefined {
      if (!error) return undefined
      return because(error instanceof ApiProblem ? error.code : 'unexpected')
    },

    /** Why an input is refused, by the code of the reason. */
    wrongBecause,

    /** What is wrong with one field of the form that was sent. */
    fieldProblem(error: unknown, field: string): string | undefined {
      const code = error instanceof ApiProblem ? error.fieldCode(field) : undefined
      return code && wrongBecause(code)
    },
  }
}

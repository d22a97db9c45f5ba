import { api, call, meQuery, queryClient, type Me } from '@/api'
import { announceWhoIsHere, armGate, onWhoIsHere } from '@/api/gate'
import { isLanguage, type Language } from '@/lib/language'
import { paths } from '@/lib/paths'
import { forgetUnsent, keepUnsentFor, loggedOut, stopKeeping } from '@/lib/unsent'
import { keepOnlyFor } from '@/lib/useKept'
import { showLanguage } from './i18n'

/** The person who is logged in, or nothing. Asks the server once, and shows the account's language. */
export async function currentMe(): Promise<Me | undefined> {
  const known = queryClient.getQueryData(meQuery.queryKey)
  if (known) return known
  const me = await queryClient.fetchQuery(meQuery).catch((error: { status?: number }) => {
    if (error.status === 401) return undefined
    throw error
  })
  if (!me) return undefined
  armGate()
  keepOnlyFor(me.account.id)
  keepUnsentFor(me.account.id).catch(noStorage)
  announceWhoIsHere(me.account.id)
  const chosen = sessionStorage.getItem(choice)
  if (isLanguage(chosen)) await chooseLanguage(chosen)
  else await showLanguage(me.language)
  return me
}

// The browser keeps nothing, and the page says so where something is typed.
const noStorage = () => undefined

/** Nothing that was typed stays in this browser, whether the service can be reached or not. */
export async function forgetPerson(): Promise<void> {
  announceWhoIsHere(undefined)
  sessionStorage.clear()
  await forgetUnsent().catch(noStorage)
}

onWhoIsHere((account) => {
  const me = queryClient.getQueryData(meQuery.queryKey)
  if (!account) {
    sessionStorage.clear()
    loggedOut.value = true
  }
  if (!me || me.account.id === account) return
  stopKeeping().catch(noStorage)
  if (!account) location.assign(paths.login)
})

// What somebody chose goes with them until their account has it: from the login page, and from a page that they left at once.
const choice = 'samsvar-language-choice'

/** Changes the language of the page at once, and of the account when there is one. */
export async function chooseLanguage(language: Language): Promise<void> {
  sessionStorage.setItem(choice, language)
  await showLanguage(language)
  if (!queryClient.getQueryData(meQuery.queryKey)) return
  const me = await call(api.PUT('/me/language', { body: { language } }))
  if (sessionStorage.getItem(choice) === language) sessionStorage.removeItem(choice)
  queryClient.setQueryData(meQuery.queryKey, me)
}

/** Acts for another organisation. Everything on the page is asked for anew. */
export async function actFor(organisationId: string): Promise<void> {
  const me = await call(api.PUT('/me/acting', { body: { organisationId } }))
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== meQuery.queryKey[0] })
  queryClient.setQueryData(meQuery.queryKey, me)
}

import { nextTick, shallowRef } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import type { Me } from '@/api'
import { paths } from '@/lib/paths'
import { toast } from '@/ui'
import { i18n } from './i18n'
import { noteLook } from './looked'
import { actFor, currentMe } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. A page that knows a better one calls usePageTitle. */
    title?: string
    /** May be seen without being logged in. */
    public?: boolean
    /** May be seen by somebody who has no role yet. */
    roleless?: boolean
  }
}

const features = import.meta.glob<RouteRecordRaw[]>('../features/*/routes.ts', { eager: true, import: 'routes' })

const routes: RouteRecordRaw[] = [
  ...Object.values(features).flat(),
  { path: '/login', component: () => import('./pages/LoginPage.vue'), meta: { title: 'app.login.title', public: true } },
  { path: '/logged-in', component: () => import('./pages/LoggedInPage.vue'), meta: { title: 'app.loggedIn.title', roleless: true } },
  { path: '/no-role', component: () => import('./pages/NoRolePage.vue'), meta: { title: 'app.noRole.title', roleless: true } },
  { path: '/:rest(.*)*', component: () => import('./pages/NotFoundPage.vue'), meta: { title: 'ui.error.notFoundTitle' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.hash ? { el: to.hash } : to.path === from.path ? undefined : { top: 0 }),
})

router.beforeEach(async (to) => {
  if (to.meta.public) return true
  const me = await currentMe()
  if (!me) return { path: paths.login, query: to.fullPath === '/' ? {} : { return_to: to.fullPath } }
  if (!me.acting && !to.meta.roleless) return '/no-role'
  return actAsAsked(to, me)
})

/** A link in a mail says for which organisation it was sent: who may act for it does so from then on, and sees it above. */
async function actAsAsked(to: RouteLocationNormalized, me: Me) {
  const { for: asked, ...query } = to.query
  if (typeof asked !== 'string') return true
  const mine = me.organisations.some(({ organisation }) => organisation.id === asked)
  if (mine && asked !== me.acting?.organisation.id) await actFor(asked)
  return { ...to, query, replace: true }
}

/** Why the first page could not be shown at all; a later one that fails leaves the page that is there. */
export const startFailure = shallowRef<unknown>()

router.onError((error, _to, from) => {
  if (from.matched.length === 0) startFailure.value = error
  else toast(i18n.global.t('app.navigationFailed'), { tone: 'danger' })
})

// A new page begins at its heading, for those who do not see it change.
router.afterEach(async (to, from) => {
  startFailure.value = undefined
  void noteLook(to, from)
  if (from.matched.length === 0 || to.path === from.path) return
  await nextTick()
  document.querySelector<HTMLElement>('#content')?.focus({ preventScroll: true })
})

import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.rounds, component: () => import('./pages/RoundsPage.vue'), meta: { title: 'rounds.title' } },
  { path: paths.newRound, component: () => import('./pages/NewRoundPage.vue'), meta: { title: 'rounds.form.newTitle' } },
  { path: paths.importRound, component: () => import('./pages/ImportRoundPage.vue'), meta: { title: 'rounds.import.title' } },
  { path: paths.round(':roundId'), component: () => import('./pages/RoundPage.vue'), props: true, meta: { title: 'rounds.one' } },
  { path: paths.editRound(':roundId'), component: () => import('./pages/EditRoundPage.vue'), props: true, meta: { title: 'rounds.form.editTitle' } },
  { path: paths.recipients(':roundId'), component: () => import('./pages/RecipientsPage.vue'), props: true, meta: { title: 'rounds.recipients.title' } },
]

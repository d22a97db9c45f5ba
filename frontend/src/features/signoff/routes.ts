import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.signoff(':responseId'), component: () => import('./SignoffPage.vue'), props: true, meta: { title: 'signoff.title' } },
]

import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.account, component: () => import('./AccountPage.vue'), meta: { title: 'account.title' } },
]

import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.notices, component: () => import('./NoticesPage.vue'), meta: { title: 'notices.title' } },
]

import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.mandates, component: () => import('./MandatesPage.vue'), meta: { title: 'mandates.title' } },
]

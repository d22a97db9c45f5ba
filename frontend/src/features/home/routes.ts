import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.home, component: () => import('./HomePage.vue'), meta: { title: 'home.title' } },
]

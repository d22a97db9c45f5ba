import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  {
    path: `${paths.write(':responseId')}/:answerId?`,
    name: 'write',
    component: () => import('./pages/WritePage.vue'),
    props: true,
    meta: { title: 'editor.write' },
  },
  { path: paths.versions(':responseId', ':answerId'), component: () => import('./pages/VersionsPage.vue'), props: true, meta: { title: 'editor.versions.crumb' } },
]

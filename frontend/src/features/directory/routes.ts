import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.communities, component: () => import('./pages/CommunitiesPage.vue'), meta: { title: 'directory.communities.title' } },
  { path: paths.community(':organisationId'), component: () => import('./pages/CommunityPage.vue'), props: true, meta: { title: 'directory.communities.title' } },
  { path: paths.administration, component: () => import('./pages/AccountsPage.vue'), meta: { title: 'directory.accounts.title' } },
  { path: paths.organisations, component: () => import('./pages/OrganisationsPage.vue'), meta: { title: 'directory.organisations.title' } },
]

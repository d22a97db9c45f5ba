import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.overview(':roundId'), component: () => import('./pages/OverviewPage.vue'), props: true, meta: { title: 'ministry.overview.title' } },
  { path: paths.submissions(':roundId'), component: () => import('./pages/SubmissionsPage.vue'), props: true, meta: { title: 'ministry.submissions.title' } },
  { path: paths.readAcross(':roundId'), component: () => import('./pages/AcrossPage.vue'), props: true, meta: { title: 'ministry.across.title' } },
  { path: paths.readAcross(':roundId', ':questionId'), component: () => import('./pages/AcrossPage.vue'), props: true, meta: { title: 'ministry.across.title' } },
  { path: paths.submission(':responseId'), component: () => import('./pages/SubmissionPage.vue'), props: ({ params, query }) => ({ ...params, number: query.number }), meta: { title: 'ministry.submission.title' } },
  { path: paths.publishedList, component: () => import('./pages/PublishedListPage.vue'), meta: { title: 'ministry.published.title', public: true } },
  { path: paths.publishedRound(':roundId'), component: () => import('./pages/PublishedListPage.vue'), props: true, meta: { title: 'ministry.published.title', public: true } },
  { path: paths.published(':number'), component: () => import('./pages/PublishedPage.vue'), props: true, meta: { title: 'ministry.published.title', public: true } },
]

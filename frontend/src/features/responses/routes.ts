import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.response(':responseId'), component: () => import('./pages/ResponsePage.vue'), props: true, meta: { title: 'responses.one' } },
  { path: paths.read(':responseId'), component: () => import('./pages/ReadPage.vue'), props: true, meta: { title: 'responses.read.title' } },
  { path: paths.submit(':responseId'), component: () => import('./pages/SubmitPage.vue'), props: true, meta: { title: 'responses.submit.title' } },
  { path: paths.receipt(':responseId'), component: () => import('./pages/ReceiptPage.vue'), props: true, meta: { title: 'responses.receipt.title' } },
]

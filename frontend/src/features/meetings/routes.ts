import type { RouteRecordRaw } from 'vue-router'
import { paths } from '@/lib/paths'

export const routes: RouteRecordRaw[] = [
  { path: paths.meeting(':meetingId'), component: () => import('./pages/MeetingPage.vue'), props: true, meta: { title: 'meetings.one' } },
]

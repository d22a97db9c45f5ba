export { default as CommunityMeetings } from './components/CommunityMeetings.vue'
export { default as CalendarLink } from './components/CalendarLink.vue'
export { default as ResponsePlan } from './components/ResponsePlan.vue'

export { default as DownloadFiles } from './components/DownloadFiles.vue'
export { default as ReceiptFacts } from './components/ReceiptFacts.vue'
export { default as SubmissionTrail } from './components/SubmissionTrail.vue'
export { default as RemarkList } from './components/RemarkList.vue'

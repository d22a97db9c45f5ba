export { default as GiveMandateDialog } from './components/GiveMandateDialog.vue'

export { default as UnsentTexts } from './components/UnsentTexts.vue'

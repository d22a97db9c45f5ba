import '@fontsource-variable/inter'
import '@/styles/index.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import { queryClient } from '@/api'
import { wordsOfTexts } from '@/features/terms'
import { textWords } from '@/ui'
import App from './App.vue'
import { i18n, firstLanguage, showLanguage } from './i18n'
import { router } from './router'

await showLanguage(firstLanguage())
createApp(App).provide(textWords, wordsOfTexts(i18n.global)).use(VueQueryPlugin, { queryClient }).use(i18n).use(router).mount('#app')

// Paper is light, whatever the screen is.
const scheme = (value: string) => document.documentElement.setAttribute('data-color-scheme', value)
window.addEventListener('beforeprint', () => scheme('light'))
window.addEventListener('afterprint', () => scheme('auto'))

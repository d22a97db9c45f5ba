import '@fontsource-variable/inter'
import '@/styles/index.css'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import { queryClient } from '@/api'
import App from './App.vue'
import { i18n, firstLanguage, showLanguage } from './i18n'
import { router } from './router'

await showLanguage(firstLanguage())
createApp(App).use(VueQueryPlugin, { queryClient }).use(i18n).use(router).mount('#app')

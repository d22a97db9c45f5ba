import { ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { announce } from '@/ui'

/** Whether this person wants the text in ordinary fields; remembered in this browser. */
export function usePlainPreference(accountId: string) {
  const { t } = useI18n()
  const key = `plain-text:${accountId}`
  const plain = ref(localStorage.getItem(key) === 'on')
  watch(plain, (on) => {
    if (on) localStorage.setItem(key, 'on')
    else localStorage.removeItem(key)
    announce(t(on ? 'editor.plain.on' : 'editor.plain.off'))
  })
  return plain
}

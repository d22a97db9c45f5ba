import { onScopeDispose, ref, watchEffect } from 'vue'

/** The title that a page has given itself; empty when the route's own title will do. */
export const pageTitle = ref('')

/** Names the page in the browser's tab and history for as long as it is shown. */
export function usePageTitle(title: () => string | undefined): void {
  watchEffect(() => {
    pageTitle.value = title() ?? ''
  })
  onScopeDispose(() => {
    pageTitle.value = ''
  })
}

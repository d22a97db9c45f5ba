import { computed } from 'vue'
import { useMe } from '@/api'
import { paths } from '@/lib/paths'

/** The few places that everyone finds from everywhere. */
export function useNavigation() {
  const { acting, may } = useMe()
  return computed(() => {
    if (!acting.value) return []
    const links = [
      { to: paths.home, label: 'app.nav.home' },
      { to: paths.rounds, label: 'app.nav.rounds' },
      { to: paths.communities, label: 'app.nav.communities' },
    ]
    return may('account.list') ? [...links, { to: paths.administration, label: 'app.nav.administration' }] : links
  })
}

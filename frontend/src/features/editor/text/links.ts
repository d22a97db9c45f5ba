const allowed = new Set(['http:', 'https:', 'mailto:'])
const mailAddress = /^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/
const namedScheme = /^[a-z][a-z0-9+.-]*:/i

/** Whether a link in an answer may point there. */
export function isAllowedHref(href: string): boolean {
  return URL.canParse(href) && allowed.has(new URL(href).protocol)
}

/**
 * The address that somebody meant: `www.kommune.no` is a page and `post@kommune.no` is a mailbox.
 * Nothing when it cannot be a link.
 */
export function toHref(written: string): string | undefined {
  const text = written.trim()
  if (mailAddress.test(text)) return `mailto:${text}`
  const href = namedScheme.test(text) ? text : `https://${text}`
  if (!isAllowedHref(href)) return undefined
  const url = new URL(href)
  const plausible = url.protocol === 'mailto:' ? mailAddress.test(url.pathname) : url.hostname.includes('.')
  return plausible ? href : undefined
}

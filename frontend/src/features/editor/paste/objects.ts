import { isAllowedHref } from '../text/links'
import { all, outermost, styleOf, textOf, unwrap } from './dom'
import { count, type Kind, type Report } from './report'

const kinds: [Kind, string][] = [
  ['embedded', 'iframe, object, embed, video, audio'],
  ['formulas', 'math'],
  ['pictures', 'picture, img, svg, canvas'],
  ['formFields', 'input:not([type="hidden"]), select, textarea'],
]

/** Pictures and everything else that is not text. */
export function leaveOutObjects(page: Document, report: Report): void {
  for (const [kind, selector] of kinds) {
    for (const element of outermost(all(page, selector))) {
      const sign = kind === 'pictures' && signOf(element)
      if (!sign && !isOrnament(element)) count(report, kind)
      element.replaceWith(sign || '')
    }
  }
}

/** Mail programs draw smileys as pictures, whose description is the sign itself. */
function signOf(element: Element): string {
  const alt = element.getAttribute('alt')?.trim() ?? ''
  return /^\p{Extended_Pictographic}[\p{Extended_Pictographic}\p{Emoji_Modifier}\u200d\ufe0f]*$/u.test(alt) ? alt : ''
}

/** What nobody sees, or sees as decoration: icons, and the dot that tells a sender that the mail was opened. */
function isOrnament(element: Element): boolean {
  const size = (name: string) => element.getAttribute(name) ?? new RegExp(`\\b${name}:\\s*(\\d+)`).exec(styleOf(element))?.[1]
  return element.getAttribute('aria-hidden') === 'true' || ['width', 'height'].some((name) => size(name) !== undefined && parseFloat(size(name)!) <= 2)
}

/** Struck out words stay, since nothing says that they were to go; but they read as if they had not been. */
export function sayWhatWasStruck(page: Document, report: Report): void {
  count(report, 'struck', outermost(all(page, 's, strike, [style*="line-through"]')).filter(textOf).length)
}

const detours = /^https:\/\/(?:[\w.]*safelinks\.protection\.outlook\.com\/|www\.google\.com\/url\?)/

/** Where links really lead. Those to a file on somebody's machine lead nowhere for others. */
export function trueLinks(page: Document, report: Report): void {
  for (const link of all(page, 'a')) {
    const href = straight(link.getAttribute('href') ?? '')
    if (isAllowedHref(href) && textOf(link)) {
      link.setAttribute('href', href)
      continue
    }
    if (href && !href.includes('#') && textOf(link)) count(report, 'links')
    unwrap(link)
  }
}

function straight(href: string): string {
  if (!detours.test(href)) return href
  const { searchParams } = new URL(href)
  const target = searchParams.get('url') ?? searchParams.get('q') ?? ''
  return isAllowedHref(target) ? target : href
}

/** Mail programs indent with the same element that they quote with. */
export function plainQuotes(page: Document, report: Report): void {
  const quotes = all(page, 'blockquote')
  const meant = quotes.filter((quote) => textOf(quote) && !/border:\s*(none|0)/.test(styleOf(quote)))
  count(report, 'quotes', outermost(meant).length)
  quotes.forEach(unwrap)
}

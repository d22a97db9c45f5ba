import { expect, it } from 'vitest'
import { isAllowedHref, toHref } from './links'

it.each([
  ['https://www.regjeringen.no/sak?id=1', 'https://www.regjeringen.no/sak?id=1'],
  ['http://lillevik.kommune.no', 'http://lillevik.kommune.no'],
  [' www.lillevik.kommune.no/plan ', 'https://www.lillevik.kommune.no/plan'],
  ['post@lillevik.kommune.no', 'mailto:post@lillevik.kommune.no'],
  ['mailto:post@lillevik.kommune.no', 'mailto:post@lillevik.kommune.no'],
])('takes %s as a link', (written, href) => expect(toHref(written)).toBe(href))

it.each(['', 'lillevik', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'file:///c:/x', 'data:text/html,x', 'ftp://x.no', 'tel:22222222',
  'https://', 'to ord.no og mer', 'mailto:ingen'])('refuses %s', (written) => expect(toHref(written)).toBeUndefined())

it('lets only web pages and mailboxes through from what is pasted', () => {
  expect(['https://a.no', 'mailto:a@b.no'].every(isAllowedHref)).toBe(true)
  expect(['//a.no', '/sti', '#her', 'tel:1', ' javascript:x', 'java\nscript:x'].some(isAllowedHref)).toBe(false)
})

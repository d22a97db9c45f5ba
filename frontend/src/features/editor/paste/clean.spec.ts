import { generateJSON } from '@tiptap/core'
import { describe, expect, it } from 'vitest'
import { vocabulary } from '../text/vocabulary'
import { cleanPasted } from './clean'
import { readPlain } from './plain'

type Node = { type: string; attrs?: Record<string, unknown>; content?: Node[]; text?: string; marks?: { type: string }[] }

/** A node as one line: `ul(li("a"))`. A paragraph is its words, and words that are marked say how. */
function outline({ type, attrs, content = [], text, marks = [] }: Node): string {
  if (text !== undefined) return marks.reduce((words, mark) => `${mark.type[0]}:${words}`, text)
  const inside = content.map(outline).join(type === 'paragraph' || type === 'heading' ? '' : ' | ')
  if (type === 'hardBreak') return '⏎'
  if (type === 'paragraph') return inside
  const names: Record<string, string> = { heading: `h${String(attrs?.level)}`, bulletList: 'ul', orderedList: attrs?.start === 1 ? 'ol' : `ol${String(attrs?.start)}`, listItem: 'li', tableRow: 'tr', tableHeader: 'th', tableCell: 'td' }
  return `${names[type] ?? type}(${inside})`
}
const outlined = (html: string) => (generateJSON(html, vocabulary) as Node).content!.map(outline)

function paste(html: string) {
  const { html: clean, report } = cleanPasted(html)
  return { text: outlined(clean), counts: report.counts, looks: report.looks }
}
function pastePlain(text: string) {
  const { content, report } = readPlain(text, document)
  return { text: outlined(content.innerHTML), counts: report.counts }
}

const word = (body: string, styles = '') => `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} ${styles} --></style></head>
<body lang=NO-BOK><!--StartFragment-->${body}<!--EndFragment--></body></html>`

const listItem = (level: number, marker: string, words: string) => `
  <p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level${level} lfo1'><![if !supportLists]><span
  style='font-family:Symbol'><span style='mso-list:Ignore'>${marker}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>${words}<o:p></o:p></p>`

describe('from Word', () => {
  it('makes real headings of those that are paragraphs by style, class or outline level', () => {
    const { text } = paste(word(`<p class=MsoTitle>Felles svar<o:p></o:p></p><h1><b>Bakgrunn</b><o:p></o:p></h1>
      <p class=MsoHeading2>Målet</p><p class=Delkapittel>Vakt</p><p class=MsoNormal style='mso-outline-level:3'>Om natten</p>
      <p class=MsoNormal>Vi&nbsp;trenger <b style='mso-bidi-font-weight:normal'>folk</b>.</p><p class=MsoNormal><o:p>&nbsp;</o:p></p>`, 'p.Delkapittel, li.Delkapittel {mso-style-next:Normal; mso-outline-level:2;}'))
    expect(text).toEqual(['h1(Felles svar)', 'h1(Bakgrunn)', 'h2(Målet)', 'h2(Vakt)', 'h3(Om natten)', 'Vi trenger b:folk.'])
  })

  it('makes lists of paragraphs that look like lists, with their levels and numbers', () => {
    const { text } = paste(word(`<p class=MsoNormal>Først:</p>${listItem(1, '·', 'en <b>sak</b>')}${listItem(2, 'o', 'under')}${listItem(1, '·', 'to')}
      <p class=MsoNormal>Så:</p>${listItem(1, '3.', 'tre')}${listItem(2, 'a)', 'bokstav')}${listItem(1, '4.', 'fire')}`))
    expect(text).toEqual(['Først:', 'ul(li(en b:sak | ul(li(under))) | li(to))', 'Så:', 'ol3(li(tre | ol(li(bokstav))) | li(fire))'])
  })

  it('goes on from the letter that a list begins with, and says that letters have become numbers', () => {
    const { text, counts } = paste(word(`<p class=MsoNormal>Så:</p>${listItem(1, 'c)', 'tre')}${listItem(1, 'd)', 'fire')}<p class=MsoNormal>Og:</p>${listItem(1, 'iv.', 'fire')}<p>Til:</p>${listItem(1, '2.', 'to')}`))
    expect(text).toEqual(['Så:', 'ol3(li(tre) | li(fire))', 'Og:', 'ol4(li(fire))', 'Til:', 'ol2(li(to))'])
    expect(counts).toEqual({ letteredLists: 2 })
    expect(paste('<ol type="a"><li>en</li></ol><ol><li style="list-style-type:lower-alpha"><p>en</p></li></ol><ol type="1"><li>en</li></ol>').counts).toEqual({ letteredLists: 2 })
  })

  it('keeps the number of a heading', () => {
    expect(paste(word(`<h1 style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1<span>&nbsp;&nbsp;</span></span><![endif]>Mål</h1>`)).text).toEqual(['h1(1 Mål)'])
  })

  it('accepts tracked changes, and leaves comments out, by number', () => {
    const { text, counts } = paste(word(`<p class=MsoNormal>Vi har <span class=msoDel><del cite="mailto:Kari" datetime="2022-02-01T10:00">fem</del></span><span class=msoIns><ins cite="mailto:Kari">fire</ins></span>
      <a style='mso-comment-reference:KN_1;mso-comment-date:20220201T1000'>leger</a><span class=MsoCommentReference><span style='font-size:8.0pt'><![if !supportAnnotations]><a class=msocomanchor id="_anchor_1" href="#_msocom_1">[KN1]</a><![endif]></span></span> på vakt.</p>
      <div style='mso-element:comment-list'><hr class=msocomoff><div style='mso-element:comment'><div id="_com_1" class=msocomtxt><p class=MsoCommentText>Stemmer det?</p></div></div></div>`))
    expect(text).toEqual(['Vi har fire leger på vakt.'])
    expect(counts).toEqual({ deletions: 1, comments: 1 })
  })

  const foot = (n: number, words: string) => `<div style='mso-element:footnote' id=ftn${n}><p class=MsoFootnoteText><a style='mso-footnote-id:ftn${n}' href="#_ftnref${n}" name="_ftn${n}"><span class=MsoFootnoteReference>[${n}]</span></a> ${words}</p></div>`
  const ref = (n: number) => `<a style='mso-footnote-id:ftn${n}' href="#_ftn${n}" name="_ftnref${n}"><span class=MsoFootnoteReference><sup>[${n}]</sup></span></a>`

  it('keeps what footnotes say, in a list at the end that their numbers lead to', () => {
    const { text, counts } = paste(word(`<p class=MsoNormal>Hver kveld${ref(3)} og natt${ref(4)}.</p><p class=MsoNormal>Slutt.</p>
      <div style='mso-element:footnote-list'><![if !supportFootnotes]><br clear=all><hr><![endif]>${foot(3, 'Fra kl. 18.')}${foot(4, 'Fra <i>midnatt</i>.')}</div>`))
    expect(text).toEqual(['Hver kveld[3] og natt[4].', 'Slutt.', 'ol3(li(Fra kl. 18. ) | li(Fra i:midnatt. ))'].map((line) => line.replaceAll(' )', ')')))
    expect(counts).toEqual({ notes: 2 })
  })

  it('says so when the note is not on the clipboard', () => {
    const { text, counts } = paste(word(`<p class=MsoNormal>Hver kveld${ref(1)}.</p>`))
    expect([text, counts]).toEqual([['Hver kveld.'], { notesWithoutText: 1 }])
  })

  it('counts pictures once, and takes the words out of text boxes', () => {
    const { text, counts } = paste(word(`<p class=MsoNormal>Kart:<!--[if gte vml 1]><v:shape id="a"><v:imagedata src="file:///C:/kart.png"/></v:shape><![endif]--><![if !vml]><img width=300 height=200 src="file:///C:/kart.png"><![endif]></p>
      <p class=MsoNormal><!--[if gte vml 1]><v:shape id="b"><v:textbox><table><tr><td><div><p class=MsoNormal>Husk <b>natten</b></p></div></td></tr></table></v:textbox></v:shape><![endif]--><![if !vml]><img width=100 height=50 src="file:///C:/boks.png"><![endif]>Etter boksen.</p>`))
    expect(text).toEqual(['Kart:', 'Etter boksen.', 'Husk b:natten'])
    expect(counts).toMatchObject({ pictures: 1, textBoxes: 1 })
  })

  it('keeps the result of a field and not its code, and leaves out the contents page', () => {
    const { text, counts } = paste(word(`<p class=MsoToc1><a href="#_Toc1">Bakgrunn<span style='mso-tab-count:1 dotted'> </span>2</a></p><p class=MsoToc2>Mål 3</p>
      <p class=MsoNormal>Se side <!--[if supportFields]><span style='mso-element:field-begin'></span> PAGEREF _Ref1 <span style='mso-element:field-separator'></span><![endif]-->12<!--[if supportFields]><span style='mso-element:field-end'></span><![endif]-->
      og <span style='mso-element:field-begin'></span> REF _Ref2 \\h <span style='mso-element:field-separator'></span>tabell 1<span style='mso-element:field-end'></span>.</p>`))
    expect([text, counts]).toEqual([['Se side 12 og tabell 1.'], { contents: 1 }])
  })

  it('has no hidden hyphens or hard spaces, but keeps numbers together', () => {
    expect(paste(word('<p>syke&shy;hus\u200b&nbsp;og 1&nbsp;200&nbsp;kroner, m<sup>2</sup>, CO<sub>2</sub>, 1<sup>e</sup>, bla\u030a</p>')).text).toEqual(['sykehus og 1\u00a0200 kroner, m², CO₂, 1e, blå'])
  })

  it('says what was struck out, since it now reads as if it had not been', () => {
    const { text, counts } = paste(word('<p>Vi vil <s>ikke</s> <span style="text-decoration:line-through">aldri</span> ha <u>dette</u>.</p>'))
    expect([text, counts]).toEqual([['Vi vil ikke aldri ha dette.'], { struck: 2 }])
  })

  it('names formulas, and links to files', () => {
    const { text, counts } = paste(word(`<p>Der <!--[if gte msEquation 12]><m:oMath><m:r>x</m:r></m:oMath><![endif]--><![if !msEquation]><img src="x.png" width=10 height=10><![endif]> er stor.
      <a href="file:///C:/notat.docx">Notatet</a>, <a href="#_Toc9">over</a>, <a href="https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Flillevik.kommune.no%2Fplan&amp;data=05">planen</a></p>`))
    expect(text).toEqual(['Der er stor. Notatet, over, l:planen'])
    expect(counts).toEqual({ formulas: 1, links: 1 })
    expect(cleanPasted('<a href="https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Flillevik.kommune.no%2Fplan&amp;data=05">p</a>').html).toContain('href="https://lillevik.kommune.no/plan"')
  })
})

describe('tables', () => {
  const cell = (words: string, more = '') => `<td ${more} style='border:solid windowtext 1.0pt'><p class=MsoNormal>${words}</p></td>`
  it('keep their merged cells, and get a header row where the first row is bold', () => {
    const { text, counts } = paste(word(`<table class=MsoTableGrid border=1><tr>${cell('<b>Kommune</b>')}${cell('<b>Tall</b>', 'colspan=2')}</tr>
      <tr>${cell('Lillevik', 'rowspan=2')}${cell('1')}${cell('2')}</tr><tr>${cell('3')}${cell('4')}</tr><![if !supportMisalignedColumns]><tr height=0><td></td><td></td><td></td></tr><![endif]></table>`))
    expect(text).toEqual(['table(tr(th(Kommune) | th(Tall)) | tr(td(Lillevik) | td(1) | td(2)) | tr(td(3) | td(4)))'])
    expect(counts).toEqual({})
    const [table] = (generateJSON(cleanPasted(word(`<table border=1><tr>${cell('<b>A</b>', 'colspan=2')}</tr><tr>${cell('b')}${cell('c')}</tr></table>`)).html, vocabulary) as Node).content!
    expect(table!.content![0]!.content![0]!.attrs).toMatchObject({ colspan: 2, rowspan: 1 })
  })

  it('that stand in a cell become its paragraphs', () => {
    const { text, counts } = paste(word(`<table border=1><tr>${cell('A')}${cell('B')}</tr><tr>${cell('C')}<td style='border:solid 1pt'><table border=1><tr>${cell('d1')}${cell('d2')}</tr></table></td></tr></table>`))
    expect([text, counts]).toEqual([['table(tr(td(A) | td(B)) | tr(td(C) | td(d1 | d2)))'], { tables: 1 }])
  })

  it('of one column or row are paragraphs, and that is said where they had borders', () => {
    const { text, counts } = paste(word(`<table class=MsoTableGrid border=1><tr>${cell('<b>Viktig</b>')}</tr><tr>${cell('Les dette.')}</tr></table>`))
    expect([text, counts]).toEqual([['b:Viktig', 'Les dette.'], { tables: 1 }])
  })
})

describe('from Word in the browser and Google Docs', () => {
  it('reads headings, marks and lists of their own kind', () => {
    const wrapper = (level: number, list: string, words: string) => `<div class="ListContainerWrapper SCXW1"><${list} class="BulletListStyle1" role="list"><li data-aria-level="${level}" role="listitem" class="OutlineElement"><p class="Paragraph"><span class="TextRun"><span class="NormalTextRun">${words}</span></span><span class="EOP">&nbsp;</span></p></li></${list}></div>`
    const { text } = paste(`<div class="OutlineElement Ltr"><p class="Paragraph" role="heading" aria-level="2"><span class="TextRun" style="font-weight:bold">Tiltak</span><span class="EOP">&nbsp;</span></p></div>
      ${wrapper(1, 'ul', 'en')}${wrapper(2, 'ul', 'under')}${wrapper(1, 'ul', 'to')}<div class="OutlineElement"><p class="Paragraph"><span class="TextRun" style="font-weight:bold">Fet</span><span class="TextRun"> og <span style="font-style:italic">skrå</span></span></p></div>`)
    expect(text).toEqual(['h2(Tiltak)', 'ul(li(en | ul(li(under))) | li(to))', 'b:Fet og i:skrå'])
  })

  it('does not take the wrapper of Google Docs for bold', () => {
    const { text } = paste(`<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><h1 dir="ltr"><span style="font-size:20pt;font-weight:700">Mål</span></h1>
      <p dir="ltr"><span style="font-weight:400">Vi vil </span><span style="font-weight:700">mer</span><span style="font-style:italic"> nå</span></p><br>
      <ul><li dir="ltr" aria-level="1"><p role="presentation"><span>en</span></p></li><ul><li aria-level="2"><p><span>under</span></p></li></ul><li aria-level="1"><p><span>to</span></p></li></ul></b>`)
    expect(text).toEqual(['h1(Mål)', 'Vi vil b:meri: nå', 'ul(li(en | ul(li(under))) | li(to))'])
  })
})

describe('from mail', () => {
  it('has paragraphs where a signature or a header stood in tables, and says that quotes are gone', () => {
    const { text, counts } = paste(`<div dir="ltr">Hei<br><br>Her er svaret:<div>Vi er enige.</div><div><br></div>
      <table role="presentation" border="0"><tr><td><img src="cid:logo" width="120" height="40" alt="Lillevik"></td><td>Kari Nordmann<br>Lillevik kommune</td></tr></table></div>
      <div class="gmail_quote"><table><tr><td>Fra:</td><td>Ola</td></tr><tr><td>Emne:</td><td>Vakt</td></tr></table><blockquote class="gmail_quote"><div>Hva mener <img alt="🙂" src="https://x/1.png">?</div></blockquote></div>
      <blockquote style="margin:0 0 0 40px;border:none"><div>Rykket inn</div></blockquote><img src="https://x/open.gif" width="1" height="1">`)
    expect(text).toEqual(['Hei', 'Her er svaret:', 'Vi er enige.', 'Kari Nordmann⏎Lillevik kommune', 'Fra: Ola', 'Emne: Vakt', 'Hva mener 🙂?', 'Rykket inn'])
    expect(counts).toEqual({ pictures: 1, quotes: 1 })
  })
})

describe('from web pages', () => {
  it('keeps the words and drops what is outside the vocabulary', () => {
    const { text, counts, looks } = paste(`<style>p { color: red }</style><pre><code>kode</code></pre><hr><p style="color:red">Vi <u>foreslår</u> <b>fire</b> <i>tiltak</i>.</p>
      <iframe src="https://x"></iframe><select><option>Ja</option></select><math><mi>x</mi></math><svg aria-hidden="true"></svg><h6>Liten overskrift</h6><p hidden style="display:none">Skjult</p>`)
    expect(text).toEqual(['kode', 'Vi foreslår b:fire i:tiltak.', 'h3(Liten overskrift)'])
    expect(counts).toEqual({ embedded: 1, formFields: 1, formulas: 1 })
    expect(looks).toBe(true)
  })
})

describe('from a PDF and plain text', () => {
  it('puts wrapped lines, divided words and pages together, and lists are lists', () => {
    const { text, counts } = pastePlain(`Bakgrunn
Kommunene i området har over lengre tid arbeidet med felles legevakt, og syke-
husene har deltatt i arbeidet. Det er behov for flere kommune-
og sykehusleger, og for at avtalene blir fulgt
12
opp hvert år av begge parter. Slik har det ikke vært.
Vi foreslår dette:
• en felles vaktplan som gjelder for alle kommunene i
området, også om sommeren
• faste møter
1. Først skal partene bli enige
2. Deretter skal planen vedtas`)
    expect(text).toEqual([
      'Bakgrunn',
      'Kommunene i området har over lengre tid arbeidet med felles legevakt, og sykehusene har deltatt i arbeidet. Det er behov for flere kommune- og sykehusleger, og for at avtalene blir fulgt opp hvert år av begge parter. Slik har det ikke vært.',
      'Vi foreslår dette:',
      'ul(li(en felles vaktplan som gjelder for alle kommunene i området, også om sommeren) | li(faste møter))',
      'ol(li(Først skal partene bli enige) | li(Deretter skal planen vedtas))',
    ])
    expect(counts).toEqual({ pageNumbers: 1, wrappedLines: 4 })
  })

  it('guesses nothing where lines may be lines', () => {
    expect(pastePlain('Lillevik kommune\nStorgata 1\n12\n4500 Lillevik')).toEqual({ text: ['Lillevik kommune', 'Storgata 1', '12', '4500 Lillevik'], counts: {} })
    expect(pastePlain('– Vi trenger folk, sier ordføreren.\nHun vil ha svar.\n17. mai er fri.').text).toEqual(['– Vi trenger folk, sier ordføreren.', 'Hun vil ha svar.', '17. mai er fri.'])
    expect(pastePlain('12\n15\n18\n').text).toEqual(['12', '15', '18'])
  })

  it('nests by indent, and takes the arrows of mail away', () => {
    expect(pastePlain('- en\n  - under\n- to').text).toEqual(['ul(li(en | ul(li(under))) | li(to))'])
    expect(pastePlain('Enig.\n\n> Hva mener dere?\n> Svar innen fredag.')).toEqual({ text: ['Enig.', 'Hva mener dere?', 'Svar innen fredag.'], counts: { quotes: 1 } })
  })

  it('reads headings with numbers between paragraphs as lines', () => {
    expect(pastePlain('1. Mål\nVi vil ha mer.\n\n2. Tiltak\nVi gjør dette.').text).toEqual(['1. Mål', 'Vi vil ha mer.', '2. Tiltak', 'Vi gjør dette.'])
  })
})

it('keeps what stands above and below the line where there are signs for it, and names what does not', () => {
  expect(paste('<p>x<sup>n</sup> og x<sup>(2)</sup>, H<sub>2</sub>O</p>')).toMatchObject({ text: ['xⁿ og x⁽²⁾, H₂O'], counts: {} })
  expect(paste('<p>a<sub>maks</sub>, 1<sup>er</sup><sup> </sup></p>')).toMatchObject({ text: ['amaks, 1er'], counts: { offLine: 2 } })
})

it('leaves a number that begins no list as it was written', () => {
  expect(pastePlain('5) fem er nok\nog ikke mer\n05. mai kommer vi').text).toEqual(['5) fem er nok', 'og ikke mer', '05. mai kommer vi'])
})

it('takes what comes from other editors of the same make as what it is, without what they say about it', () => {
  const { text, counts } = paste('<blockquote data-pm-slice="1 1 [&quot;panel&quot;,{}]"><p>Kari sier</p></blockquote><p><img src="x.png"></p>')
  expect(text).toEqual(['Kari sier'])
  expect(counts).toEqual({ quotes: 1, pictures: 1 })
  expect(cleanPasted('<p data-pm-slice="1 1 []">a</p>').html).not.toContain('data-pm-slice')
})

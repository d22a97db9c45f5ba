import {
  AlignmentType, BorderStyle, Document, ExternalHyperlink, Footer, Header, HeadingLevel, LevelFormat, LineRuleType, Packer, PageNumber,
  Paragraph, ShadingType, Tab, TabStopType, Table, TableCell, TableRow, TextRun, WidthType,
} from 'docx'

const [serif, sans] = ['Georgia', 'Arial']
const [ink, quiet, accent, tint, line] = ['16232F', '51606D', '0A5A6B', 'F1F6F6', 'C5D0D3']
const textWidth = 8000 // twentieths of a point between the margins
const headings = [HeadingLevel.HEADING_1, HeadingLevel.HEADING_2, HeadingLevel.HEADING_3, HeadingLevel.HEADING_4]

// docx writes the report as a Word document: real heading styles, repeated header rows, a language on every run.
// The same report of something that was sent gives the same bytes.
export function docx(report) {
  if (Date.parse(report.submittedAt) >= Date.UTC(1980)) holdStill(Date.parse(report.submittedAt)) // before that there are no times in a zip
  const numbering = [bullets]
  const context = { lang: report.language, numbering, look: {}, level: -1 }
  const children = [...cover(report, context), ...write(fromNewPage(report.blocks), context)]
  return Packer.toBuffer(
    new Document({
      title: report.title.text,
      creator: report.author,
      styles: styles(report.language),
      numbering: { config: numbering },
      sections: [{
        properties: { titlePage: true, page: { margin: { top: 1800, bottom: 1600, left: 1950, right: 1950 } } },
        headers: { default: header(report), first: new Header({ children: [] }) },
        footers: { default: footer(report), first: footer(report) },
        children,
      }],
    }),
  )
}

// holdStill stops the clock and chance, which the library takes times and names of links from, for the rest of this process.
function holdStill(instant) {
  const Clock = Date
  globalThis.Date = class extends Clock {
    constructor(...given) { super(...(given.length > 0 ? given : [instant])) }
    static now() { return instant }
  }
  let last = 1
  Math.random = () => (last = (last * 48271) % 0x7fffffff) / 0x7fffffff
  process.env.TZ = 'UTC'
}

const fromNewPage = ([first, ...rest]) => [{ ...first, newPage: true }, ...rest]
const locale = (lang) => ({ value: `${lang}-NO` })

const singleLine = { line: 250, lineRule: LineRuleType.AUTO }

function styles(lang) {
  const head = (size, color, before, after) => ({
    run: { font: sans, size, bold: true, color },
    paragraph: { spacing: { before, after, ...singleLine }, keepNext: true },
  })
  return {
    default: {
      document: {
        run: { font: serif, size: 22, color: ink, language: locale(lang) },
        paragraph: { spacing: { after: 160, line: 300, lineRule: LineRuleType.AUTO } },
      },
      title: { run: { font: serif, size: 54, bold: true, color: ink }, paragraph: { spacing: { before: 120, after: 240, ...singleLine } } },
      heading1: head(32, accent, 560, 200),
      heading2: head(25, ink, 360, 140),
      heading3: head(22, ink, 300, 120),
      heading4: head(20, quiet, 260, 100),
      hyperlink: { run: { color: accent, underline: {} } },
    },
    paragraphStyles: [
      { id: 'TableText', name: 'Table Text', basedOn: 'Normal', run: { font: sans, size: 17 }, paragraph: { spacing: { before: 40, after: 40, ...singleLine } } },
      { id: 'Remark', name: 'Remark', basedOn: 'Normal', paragraph: { spacing: { after: 100 } } },
    ],
  }
}

const bullets = {
  reference: 'bullets',
  levels: levels(LevelFormat.BULLET, (level) => (level % 2 ? '–' : '•')),
}

function levels(format, text, start) {
  return Array.from({ length: 9 }, (_, level) => ({
    level, format, text: text(level), start, alignment: AlignmentType.LEFT,
    style: { paragraph: { indent: { left: 500 * (level + 1), hanging: 360 } } },
  }))
}

function header(report) {
  return new Header({
    children: [new Paragraph({
      border: { bottom: { style: BorderStyle.SINGLE, size: 4, color: line, space: 4 } },
      children: [new TextRun({ text: report.title.text, font: sans, size: 16, color: quiet, language: locale(report.title.lang) })],
    })],
  })
}

function footer(report) {
  const [before, between, after] = report.footer.page.split(/\{pages?\}/)
  const style = { font: sans, size: 16, color: quiet, language: locale(report.language) }
  return new Footer({
    children: [new Paragraph({
      tabStops: [{ type: TabStopType.RIGHT, position: textWidth }],
      children: [
        new TextRun({ ...style, text: `${report.footer.left} · ${report.author}` }),
        new TextRun({ ...style, children: [new Tab(), before, PageNumber.CURRENT, between, PageNumber.TOTAL_PAGES, after] }),
      ],
    })],
  })
}

function cover({ cover, title }, context) {
  const small = (text, more) => new TextRun({ text, font: sans, size: 18, language: locale(context.lang), ...more })
  return [
    new Paragraph({ spacing: { before: 2400 }, children: [small(cover.kicker, { size: 22, bold: true, color: accent })] }),
    new Paragraph({ heading: HeadingLevel.TITLE, children: [new TextRun({ text: title.text, language: locale(title.lang) })] }),
    new Paragraph({ spacing: { after: cover.notice ? 600 : 2400 }, children: [small(cover.from, { size: 26 })] }),
    ...(cover.notice ? [new Paragraph({ spacing: { after: 1800 }, children: [small(cover.notice, { bold: true })] })] : []),
    ...cover.facts.map((fact) => new Paragraph({
      indent: { left: 2000, hanging: 2000 },
      tabStops: [{ type: TabStopType.LEFT, position: 2000 }],
      spacing: { after: 60 },
      children: [small(fact.label, { color: quiet }), small('', { children: [new Tab(), fact.value], size: fact.code ? 14 : 18 })],
    })),
  ]
}

function write(blocks, context) {
  return blocks.flatMap((block, i) => {
    const here = block.lang ? { ...context, lang: block.lang } : context
    switch (block.kind) {
      case 'heading': return [headingParagraph(block, here)]
      case 'paragraph': return [new Paragraph({ ...afterTable(blocks[i - 1]), ...here.look, keepNext: block.keep, children: runs(block.runs, here) })]
      case 'list': return list(block, here)
      case 'table': return [table(block, here), ...apart(blocks[i + 1])]
      case 'remark': return write(block.blocks, { ...here, look: remarkLook })
      case 'example': return [...write(block.blocks, { ...here, look: exampleLook }), gap()]
      case 'alternatives': return [rule(), ...write([...block.blocks, ...block.sides.flatMap((side) => [...side.title, ...side.blocks])], here), rule()]
    }
  })
}

const afterTable = (previous) => (previous?.kind === 'table' ? { spacing: { before: 240 } } : {})

// Word joins tables that meet, and wants a paragraph at the end.
const apart = (next) => (!next || next.kind === 'table' ? [new Paragraph({ children: [] })] : [])

// Word draws one frame around all paragraphs with the same one that meet.
const gap = () => new Paragraph({ spacing: { after: 60, line: 120, lineRule: LineRuleType.EXACT }, children: [] })

// A line across, above and below where the parties do not agree.
const rule = () => new Paragraph({ spacing: { before: 60, after: 160, line: 120, lineRule: LineRuleType.EXACT }, border: { bottom: edge(4) }, children: [] })

const edge = (space) => ({ style: BorderStyle.SINGLE, size: 6, color: quiet, space })

const exampleLook = {
  style: 'Remark',
  indent: { left: 160, right: 160 },
  border: { top: edge(6), bottom: edge(6), left: edge(8), right: edge(8) },
}

const remarkLook = {
  style: 'Remark',
  indent: { left: 240 },
  shading: { type: ShadingType.CLEAR, fill: tint },
  border: { left: { style: BorderStyle.SINGLE, size: 24, color: accent, space: 8 } },
}

function headingParagraph(block, context) {
  const { style: _, ...look } = context.look
  const kicker = block.kicker
    ? [new TextRun({ text: block.kicker, size: 19, color: quiet, language: locale(context.lang) }), new TextRun({ break: 1 })]
    : []
  return new Paragraph({
    ...look,
    heading: headings[Math.min(block.level, headings.length) - 1],
    pageBreakBefore: block.newPage,
    children: [...kicker, ...runs(block.runs, context)],
  })
}

function runs(list, context) {
  return list.map((run) => {
    if (run.break) return new TextRun({ break: 1 })
    const text = new TextRun({
      text: run.text,
      bold: run.bold || context.bold,
      italics: run.italic,
      size: run.code ? 14 : run.small ? 17 : undefined,
      font: run.code ? sans : undefined,
      color: run.small ? quiet : undefined,
      style: run.href ? 'Hyperlink' : undefined,
      language: locale(run.lang ?? context.lang),
    })
    return run.href ? new ExternalHyperlink({ link: run.href, children: [text] }) : text
  })
}

// An ordered list has a numbering of its own, or it would go on where the one before it ended.
function list(block, context) {
  const level = context.level + 1
  let reference = 'bullets'
  if (block.ordered) {
    reference = `ordered-${context.numbering.length}`
    context.numbering.push({ reference, levels: levels(LevelFormat.DECIMAL, (depth) => `%${depth + 1}.`, block.start) })
  }
  return block.items.flatMap((item) => item.flatMap((part, i) => {
    if (part.kind === 'list') return list(part, { ...context, level })
    const position = i === 0 ? { numbering: { reference, level } } : { indent: { left: 500 * (level + 1) } }
    return new Paragraph({ ...context.look, ...position, spacing: { after: 80 }, children: runs(part.runs, part.lang ? { ...context, lang: part.lang } : context) })
  }))
}

function table(block, context) {
  const total = block.widths.reduce((a, b) => a + b)
  const rule = (size, color) => ({ style: BorderStyle.SINGLE, size, color })
  return new Table({
    width: { size: textWidth, type: WidthType.DXA },
    columnWidths: block.widths.map((share) => Math.floor((textWidth * share) / total)),
    borders: {
      top: rule(8, accent), bottom: rule(4, line), insideHorizontal: rule(4, line),
      left: { style: BorderStyle.NONE }, right: { style: BorderStyle.NONE }, insideVertical: { style: BorderStyle.NONE },
    },
    rows: block.rows.map((row, y) => new TableRow({
      tableHeader: y < block.headerRows,
      cantSplit: y < block.headerRows,
      children: row.map((cell) => tableCell(cell, y < block.headerRows, context)),
    })),
  })
}

function tableCell(cell, inHeader, context) {
  const inside = { ...context, look: { style: 'TableText' }, bold: cell.header, level: -1 }
  const content = write(cell.blocks, inside)
  return new TableCell({
    columnSpan: cell.colspan,
    rowSpan: cell.rowspan,
    shading: inHeader ? { type: ShadingType.CLEAR, fill: tint } : undefined,
    margins: { top: 40, bottom: 40, left: 80, right: 80 },
    children: content.length > 0 ? content : [new Paragraph({ style: 'TableText', children: [] })],
  })
}

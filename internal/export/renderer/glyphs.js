// Which characters a set of TrueType fonts can show. PDF/UA and PDF/A forbid a text that no font can show.

// covered returns a predicate over code points.
export function covered(fonts) {
  const ranges = fonts.flatMap(characterRanges).sort((a, b) => a[0] - b[0])
  const merged = []
  for (const [first, last] of ranges) {
    const top = merged.at(-1)
    if (top && first <= top[1] + 1) top[1] = Math.max(top[1], last)
    else merged.push([first, last])
  }
  return (codePoint) => {
    let [low, high] = [0, merged.length - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      if (codePoint < merged[middle][0]) high = middle - 1
      else if (codePoint > merged[middle][1]) low = middle + 1
      else return true
    }
    return false
  }
}

// characterRanges reads the full Unicode map (cmap format 12) or the one of the basic plane (format 4).
function characterRanges(font) {
  const cmap = tableOffset(font, 'cmap')
  const subtables = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, i) => cmap + font.readUInt32BE(cmap + 8 + 8 * i))
  const full = subtables.find((at) => font.readUInt16BE(at) === 12)
  if (full !== undefined) {
    return Array.from({ length: font.readUInt32BE(full + 12) }, (_, i) => {
      const group = full + 16 + 12 * i
      return [font.readUInt32BE(group), font.readUInt32BE(group + 4)]
    })
  }
  const basic = subtables.find((at) => font.readUInt16BE(at) === 4)
  const segments = font.readUInt16BE(basic + 6) / 2
  return Array.from({ length: segments }, (_, i) => {
    const last = font.readUInt16BE(basic + 14 + 2 * i)
    const first = font.readUInt16BE(basic + 16 + 2 * segments + 2 * i)
    return [first, Math.min(last, 0xfffe)]
  }).filter(([first]) => first < 0xffff)
}

function tableOffset(font, name) {
  const tables = font.readUInt16BE(4)
  for (let i = 0; i < tables; i++) {
    if (font.toString('latin1', 12 + 16 * i, 16 + 16 * i) === name) return font.readUInt32BE(20 + 16 * i)
  }
  throw new Error(`the font has no ${name} table`)
}

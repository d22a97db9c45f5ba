const whole = new Intl.NumberFormat('nb-NO', { maximumFractionDigits: 0 })
const oneDecimal = new Intl.NumberFormat('nb-NO', { maximumFractionDigits: 1 })

/** `10 000`, with a space that does not break */
export function formatNumber(value: number): string {
  return whole.format(value)
}

/** `53 %` of the whole; 0 % when there is nothing to take a share of */
export function formatShare(part: number, total: number): string {
  return `${whole.format(total === 0 ? 0 : (100 * part) / total)}\u00a0%`
}

/** `1,2 MB` */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kB', 'MB', 'GB'] as const
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return `${oneDecimal.format(bytes / 1000 ** step)}\u00a0${units[step]}`
}

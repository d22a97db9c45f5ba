/** An attribute that is one of a few values, or absent. */
export function choice(name: string, values: readonly string[]) {
  return {
    default: null as string | null,
    parseHTML: (element: HTMLElement) => values.find((value) => value === element.getAttribute(`data-${name}`)) ?? null,
    renderHTML: (attributes: Record<string, unknown>) => (attributes[name] ? { [`data-${name}`]: attributes[name] } : {}),
  }
}

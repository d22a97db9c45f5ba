const norwegian = new Intl.Collator('nb', { numeric: true })

/** Norwegian order: Æ, Ø and Å come last, and 2 before 10. */
export function compareNorwegian(a: string, b: string): number {
  return norwegian.compare(a, b)
}

/** A sorted copy, by the name that `nameOf` gives. */
export function sortedBy<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return [...items].sort((a, b) => norwegian.compare(nameOf(a), nameOf(b)))
}

/** Whether every word of the query occurs in the text, whatever the case. */
export function matches(text: string, query: string): boolean {
  const haystack = text.toLocaleLowerCase('nb')
  return query.toLocaleLowerCase('nb').split(/\s+/).every((word) => haystack.includes(word))
}

/** Puts the words of each room under the room's name: `features/rounds/nb.json` becomes `rounds`. */
export function gather(files: Record<string, object>): Record<string, object> {
  return Object.fromEntries(Object.entries(files).map(([path, words]) => [path.split('/').at(-2)!, words]))
}

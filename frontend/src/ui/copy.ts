/** Puts a text on the clipboard, shaped as well if it has a shape. Says whether the browser let us. */
export async function copyText(text: string, html?: string): Promise<boolean> {
  const copied = () => true
  if (html !== undefined && (await copyShaped(text, html).then(copied, () => false))) return true
  return writeText(text).then(copied, () => false)
}

// Without a clipboard, on a page that is not secure or in an old browser, these fail as they do when the browser refuses.
async function copyShaped(text: string, html: string): Promise<void> {
  const blob = (type: string, of: string) => [type, new Blob([of], { type })]
  await navigator.clipboard.write([new ClipboardItem(Object.fromEntries([blob('text/html', html), blob('text/plain', text)]))])
}

async function writeText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
}

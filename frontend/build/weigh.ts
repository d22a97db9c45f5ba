import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/**
 * Reports how much JavaScript the first page load fetches (the entry, what it imports, and the
 * words of one language), compressed, and fails the build when that is more than the limit.
 */
export function weigh({ limitKiB }: { limitKiB: number }): Plugin {
  return {
    name: 'samsvar:weigh',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const first = new Set<string>()
      const follow = (fileName: string) => {
        if (first.has(fileName)) return
        first.add(fileName)
        chunks.find((chunk) => chunk.fileName === fileName)?.imports.forEach(follow)
      }
      chunks.filter((chunk) => chunk.isEntry || chunk.name === 'nb').forEach((chunk) => follow(chunk.fileName))
      const bytes = chunks
        .filter((chunk) => first.has(chunk.fileName))
        .reduce((sum, chunk) => sum + gzipSync(chunk.code, { level: 9 }).length, 0)
      const kib = bytes / 1024
      this.info(`first load: ${kib.toFixed(1)} KiB of JavaScript, compressed, in ${first.size} files`)
      if (kib > limitKiB) this.error(`the first load weighs more than ${limitKiB} KiB`)
    },
  }
}

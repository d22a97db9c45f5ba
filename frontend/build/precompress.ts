import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const compressible = /\.(js|css|svg|json)$/

/** Writes a .gz beside every text asset, so that the server never compresses at request time. */
export function precompress(): Plugin {
  let outDir = ''
  return {
    name: 'samsvar:precompress',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir)
    },
    closeBundle() {
      const assets = join(outDir, 'assets')
      for (const name of readdirSync(assets).filter((name) => compressible.test(name))) {
        const path = join(assets, name)
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }))
      }
      // The folder is embedded by Go, which needs it to be there before the first build.
      writeFileSync(join(outDir, '.gitkeep'), '')
    },
  }
}

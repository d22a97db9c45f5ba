import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { precompress } from './build/precompress.ts'
import { weigh } from './build/weigh.ts'

const backend = process.env.SAMSVAR_BASE_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue(), weigh({ limitKiB: 250 }), precompress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: '../internal/webui/dist',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows neither inline scripts nor data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': backend,
      '/auth': backend,
      '/dev-idp': backend,
      '/readyz': backend,
      '/collab': { target: backend, ws: true },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.spec.ts', 'build/**/*.spec.ts'],
    setupFiles: ['./src/test-setup.ts'],
    restoreMocks: true,
    // A browser per worker, not per file: three times as fast. A spec that changes what is shared puts it back.
    isolate: false,
    // Not what the specs' IndexedDB runs on.
    fakeTimers: { toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] },
    testTimeout: 15_000,
  },
})

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The gateway that `npm run dev` sends calls to.
const gateway = 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  server: {
    port: 8086,
    strictPort: true,
    proxy: { '^/v[0-9]+/': { target: process.env.GATEWAY_URL ?? gateway, changeOrigin: true } },
  },
  build: {
    // What is small is a file as well: the gateway's policy for content takes nothing that is inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/test-setup.ts'],
    restoreMocks: true,
    unstubGlobals: true,
  },
})

/**
 * The site: static pages, no server. Every asset is an external file named relative to its page, so the same
 * build runs at a domain's root, in a folder, and under a `script-src 'self'` policy.
 */
import svelte from '@astrojs/svelte';
import { defineConfig } from 'astro/config';
import { relativeAssets } from './relative-assets.ts';

// Started by a test runner, the build would take the libraries' development code.
if (process.env.NODE_ENV === 'test') process.env.NODE_ENV = 'production';

export default defineConfig({
  output: 'static',
  trailingSlash: 'always',
  compressHTML: true,
  devToolbar: { enabled: false },
  build: { format: 'directory', inlineStylesheets: 'never' },
  integrations: [svelte(), relativeAssets()],
  vite: {
    build: { assetsInlineLimit: 0, cssCodeSplit: false, reportCompressedSize: false, target: 'es2023' },
    experimental: { renderBuiltUrl: () => ({ relative: true }) },
    worker: { format: 'es' },
  },
});

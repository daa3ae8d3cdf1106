/**
 * Astro names assets from the domain's root (`/_astro/…`). This rewrites them relative to each page, so the
 * built folder may be served under any path.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';

export function relativeAssets(): AstroIntegration {
  return {
    name: 'relative-assets',
    hooks: {
      'astro:build:done': async ({ dir, assets }) => {
        const root = fileURLToPath(dir);
        const pages = [...assets.values()].flat().map((url) => fileURLToPath(url));
        for (const page of pages.filter((path) => path.endsWith('.html'))) {
          const toRoot =
            relative(page, root)
              .replaceAll('\\', '/')
              .replace(/^\.\.\/?/, '') || '.';
          const html = await readFile(page, 'utf8');
          await writeFile(page, html.replaceAll(/(["'(])\/(_astro\/|favicon\.|theme\.)/g, `$1${toRoot}/$2`));
        }
      },
    },
  };
}

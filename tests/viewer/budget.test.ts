/** What the pages weigh, and what they must not hold; measured on the site that the other tests look at. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtSite } from './fixture/site.ts';

let site: string;
beforeAll(async () => {
  site = await builtSite();
});

/** Scripts a page loads, over static imports, as file names. What is loaded on demand (editor, engine) is not among them. */
async function scriptsOf(page: string): Promise<string[]> {
  const html = await readFile(join(site, page, 'index.html'), 'utf8');
  const found = new Set([...html.matchAll(/_astro\/([\w.$-]+\.js)/g)].map((match) => match[1]!));
  for (const script of found) {
    const code = await readFile(join(site, '_astro', script), 'utf8');
    for (const [, name] of code.matchAll(/(?:from|import)\s*["']\.\/([\w.$-]+\.js)["']/g)) found.add(name!);
  }
  return [...found];
}

const pages = ['.', 'run', 'model', 'share', 'try', 'study', 'learn', 'learn/paths'];

describe('the built site', () => {
  it.each(pages)('page %s loads at most 60 kB of compressed script', async (page) => {
    const scripts = await scriptsOf(page);
    expect(scripts.length).toBeGreaterThan(0);
    const bytes = await Promise.all(
      scripts.map(async (name) => gzipSync(await readFile(join(site, '_astro', name))).length),
    );
    expect(bytes.reduce((sum, part) => sum + part, 0)).toBeLessThanOrEqual(60_000);
  });

  it('names no other host, runs no inline script and sets no inline style', async () => {
    for (const file of (await readdir(site, { recursive: true })).filter((name) => name.endsWith('.html'))) {
      const html = await readFile(join(site, file), 'utf8');
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
      expect(html).not.toMatch(/\son\w+=|\sstyle=|<style/);
      expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
      expect(html).toContain("script-src 'self'");
      expect(html, 'assets are named relative to the page').not.toMatch(/(?:src|href)="\//);
    }
  });

  it.each(pages)('page %s carries neither engine nor schema library', async (page) => {
    const scripts = await scriptsOf(page);
    const code = await Promise.all(scripts.map((name) => readFile(join(site, '_astro', name), 'utf8')));
    expect(code.join('')).not.toMatch(/ZodError|InferenceSession/);
  });

  it('serves the engine itself: one worker, and for the CPU and for a GPU WebAssembly and what starts it', async () => {
    const names = await readdir(join(site, '_astro'));
    for (const [kind, count] of [
      [/^worker-.*\.js$/, 1],
      [/^webgpu-runner.*\.js$/, 1],
      [/^ort-wasm-simd-threaded-.*\.(wasm|mjs)$/, 2],
      [/^ort-wasm-simd-threaded\.asyncify-.*\.(wasm|mjs)$/, 2],
      [/^ort-.*\.(wasm|mjs)$/, 4],
    ] as const) {
      expect(names.filter((name) => kind.test(name))).toHaveLength(count);
    }
  });
});

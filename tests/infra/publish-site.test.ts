/** Publishing: pages after what they name, every file with its type, nothing guessed. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishSite } from '../../infra/publish-site.ts';

let folder: string;
const written: {
  readonly key: string;
  readonly body: Uint8Array;
  readonly text: string;
  readonly type: string;
  readonly encoding: string | undefined;
}[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxai-site-'));
  written.length = 0;
});

afterEach(() => rm(folder, { recursive: true }));

async function put(...keys: string[]): Promise<void> {
  for (const key of keys) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), `content of ${key}`);
  }
}

const site = {
  async write(key: string, content: Uint8Array | string, type: string, encoding?: 'br'): Promise<void> {
    const body = content as Uint8Array;
    written.push({ key, body, text: new TextDecoder().decode(body), type, encoding });
  },
};

describe('publishing the site', () => {
  it('writes pages after the files they name, each with its content type', async () => {
    await put(
      'index.html',
      'run/index.html',
      '_astro/app.abc.js',
      '_astro/site.css',
      'favicon.svg',
      'ort.wasm',
    );
    const keys = await publishSite(folder, site);
    expect(written.map(({ key }) => key)).toEqual(keys);
    expect(keys.slice(-2)).toEqual(['index.html', 'run/index.html']);
    expect(Object.fromEntries(written.map(({ key, type }) => [key, type]))).toEqual({
      'index.html': 'text/html; charset=utf-8',
      'run/index.html': 'text/html; charset=utf-8',
      '_astro/app.abc.js': 'text/javascript; charset=utf-8',
      '_astro/site.css': 'text/css; charset=utf-8',
      'favicon.svg': 'image/svg+xml',
      'ort.wasm': 'application/wasm',
    });
    expect(written.every(({ key, text }) => text === `content of ${key}`)).toBe(true);
  });

  it('stores compressed what CloudFront would pass on as it is, and nothing else', async () => {
    await put('index.html', '_astro/small.wasm');
    const large = Buffer.alloc(10_000_001, 'wasm ');
    await writeFile(join(folder, '_astro/engine.wasm'), large);
    await publishSite(folder, site);
    const engine = written.find(({ key }) => key.endsWith('engine.wasm'))!;
    expect([engine.type, engine.encoding]).toEqual(['application/wasm', 'br']);
    expect(brotliDecompressSync(engine.body).equals(large)).toBe(true);
    expect(engine.body.length).toBeLessThan(large.length / 100);
    expect(written.filter(({ encoding }) => encoding).map(({ key }) => key)).toEqual(['_astro/engine.wasm']);
  });

  it('writes nothing at all where one file is of no known kind', async () => {
    await put('index.html', 'notes.docx');
    await expect(publishSite(folder, site)).rejects.toThrow(/notes\.docx/);
    expect(written).toEqual([]);
  });
});

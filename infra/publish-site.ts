/**
 * Puts the built site into its bucket. Files with a hash in their name
 * first, pages last, so that no page names a file that is not there yet; files of older versions stay for tabs
 * that are still open. Nothing has to be invalidated: pages are never kept at the edge.
 *
 * CloudFront compresses what it passes on, but nothing above ten million bytes; what is larger (the engine's
 * WebAssembly) is stored compressed. Every browser that runs the site reads brotli.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import type { ObjectStore } from '../functions/common/object-store.ts';
import { PermanentFault } from '../shared/errors.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.onnx': 'application/octet-stream',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

const largestCompressedByCloudFront = 10_000_000;
const brotli = promisify(brotliCompress);

/** Keys in the order they were written. Throws PermanentFault for a file whose type is not known here. */
export async function publishSite(folder: string, site: Pick<ObjectStore, 'write'>): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const keys = files.map((file) => relative(folder, file).split(sep).join('/')).sort();
  const ordered = [
    ...keys.filter((key) => !key.endsWith('.html')),
    ...keys.filter((key) => key.endsWith('.html')),
  ];
  const typed = ordered.map((key) => ({ key, type: contentTypeOf(key) }));
  for (const { key, type } of typed) {
    const body = await readFile(join(folder, key));
    if (body.length <= largestCompressedByCloudFront) await site.write(key, body, type);
    else await site.write(key, await brotli(body), type, 'br');
  }
  return ordered;
}

function contentTypeOf(key: string): string {
  const type = contentTypes[extname(key)];
  if (type) return type;
  throw new PermanentFault(`publish site: expected a known kind of file, got ${key}`, {
    code: 'site-file-unknown',
    remedy: 'Add its content type to infra/publish-site.ts: browsers do not guess (nosniff).',
  });
}

/** Source of a CloudFront Function from the scripts beside this file, with the hospital's networks put in front. */
import { readFileSync } from 'node:fs';
import { rangeBits } from '../settings/address-range.ts';

export type EdgeFunctionName = 'data-request' | 'site-request' | 'cache-control';

const source = (name: string): string => readFileSync(new URL(`${name}.js`, import.meta.url), 'utf8');

/** `networks` null admits every address: something else must then restrict access. */
export function edgeCode(name: EdgeFunctionName, networks: readonly string[] | null): string {
  if (name === 'cache-control') return source(name);
  const prefixes = networks === null ? null : networks.map(rangeBits);
  return [`var networks = ${JSON.stringify(prefixes)};`, source('admit'), source(name)].join('\n');
}

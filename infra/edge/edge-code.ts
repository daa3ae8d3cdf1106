/** Source of a CloudFront Function, put together from the scripts beside this file. */
import { readFileSync } from 'node:fs';
import { rangeBits } from '../settings/address-range.ts';

/** Those that ask who calls: the hospital's networks are put in front of them. */
export type AdmittingFunction = 'data-request' | 'site-request';
/** Those of share links: they ask the key-value store. */
export type ShareFunction = 'share-redeem' | 'share-request';

const source = (name: string): string => readFileSync(new URL(`${name}.js`, import.meta.url), 'utf8');

export const cacheControlCode = (): string => source('cache-control');

/** `networks` null admits every address: something else must then restrict access, or no data lies there. */
export function admittingCode(name: AdmittingFunction, networks: readonly string[] | null): string {
  const prefixes = networks === null ? null : networks.map(rangeBits);
  return [`var networks = ${JSON.stringify(prefixes)};`, source('admit'), source(name)].join('\n');
}

export const shareCode = (name: ShareFunction): string => [source('share-verify'), source(name)].join('\n');

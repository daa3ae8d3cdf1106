/** Share links at the edge: the same verdicts as shared/sharing, one run only, revocable, closed without a key. */
import crypto from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ShareFunction, shareCode } from '../../infra/edge/edge-code.ts';
import { refusalHeader } from '../../shared/sharing/share-refusal.ts';
import { mintShareToken, verifyShareToken } from '../../shared/sharing/share-token.ts';
import { syntaxFaults } from './support/edge-syntax.ts';

interface Answer {
  readonly uri?: string;
  readonly statusCode?: number;
  readonly querystring?: object;
  readonly headers?: Readonly<Record<string, { readonly value: string }>>;
  readonly cookies?: Readonly<Record<string, { readonly value: string; readonly attributes: string }>>;
}

const key = '0123456789abcdef'.repeat(4);
const runId = '00112233445566778899aabbccddeeff';
const otherRun = 'f'.repeat(32);
const id = 'a1b2c3d4e5f60718';
const cookieName = '__Secure-cxai-share';
const now = Math.floor(Date.now() / 1000);
const token = mintShareToken(key, { runId, id, now });
const past = mintShareToken(key, { runId, id, now: now - 8 * 86_400 });
const forged = mintShareToken('e'.repeat(64), { runId, id, now });

const logged: string[] = [];
beforeEach(() => {
  logged.length = 0;
});

/** CloudFront's own modules, with a store of these entries. */
function run(
  name: ShareFunction,
  request: object,
  entries: Readonly<Record<string, string>> = { key },
): Promise<Answer> {
  const store = {
    async get(entry: string) {
      if (entries[entry] === undefined) throw new Error('KeyNotFound');
      return entries[entry];
    },
    exists: async (entry: string) => entry in entries,
  };
  const script = shareCode(name).replaceAll(/^import (\w+) from '\w+';$/gm, '');
  const console = { log: (line: string) => void logged.push(line) };
  return new Function('cf', 'crypto', 'console', `${script}; return handler;`)(
    { kvs: () => store },
    crypto,
    console,
  )({ request });
}

const redeem = (value: string | undefined, entries?: Readonly<Record<string, string>>) =>
  run(
    'share-redeem',
    { uri: '/share/redeem', headers: value === undefined ? {} : { 'x-cxai-share': { value } } },
    entries,
  );

const ask = (uri: string, value: string | undefined, entries?: Readonly<Record<string, string>>) =>
  run(
    'share-request',
    { uri, querystring: { a: 1 }, cookies: value === undefined ? {} : { [cookieName]: { value } } },
    entries,
  );

const manifest = `/shared/runs/${runId}/manifest.json`;

describe('redeeming a share link', () => {
  it('gives a cookie for the files of that run, until the link expires, out of reach of scripts', async () => {
    const answer = await redeem(token);
    expect(answer.statusCode).toBe(204);
    const { value, attributes } = answer.cookies![cookieName]!;
    expect(value).toBe(token);
    expect(attributes).toMatch(
      new RegExp(`^Path=/shared/runs/${runId}/; Max-Age=\\d+; Secure; HttpOnly; SameSite=Strict$`),
    );
    expect(Number(/Max-Age=(\d+)/.exec(attributes)![1])).toBeGreaterThan(7 * 86_400 - 60);
    expect(Number(/Max-Age=(\d+)/.exec(attributes)![1])).toBeLessThanOrEqual(7 * 86_400);
    expect(answer.headers?.['cache-control']?.value).toBe('no-store');
  });

  it('is logged with the link and its run, without the token', async () => {
    await redeem(token);
    expect(logged.map((line) => JSON.parse(line))).toEqual([{ event: 'redeemed', link: id, run: runId }]);
    expect(logged.join()).not.toContain(token.split('.').at(-1));
  });

  it('is not logged where it is refused, nor is any file', async () => {
    await redeem(forged);
    await redeem('open sesame');
    await ask(manifest, token);
    expect(logged).toEqual([]);
  });

  it.each([
    ['no token', undefined, 'missing'],
    ['nonsense', 'open sesame', 'malformed'],
    ['a forged token', forged, 'forged'],
    ['an expired one', past, 'expired'],
  ])('with %s gives nothing, and the reason', async (_, value, reason) => {
    const headers = { [refusalHeader]: { value: reason } };
    expect(await redeem(value)).toMatchObject({ statusCode: 403, headers });
    expect((await redeem(value)).cookies).toBeUndefined();
  });
});

describe('a request with the cookie of a share link', () => {
  it('reads files of its run, without shared/ and query', async () => {
    expect(await ask(manifest, token)).toMatchObject({
      uri: `/runs/${runId}/manifest.json`,
      querystring: {},
    });
    expect((await ask(`/shared/runs/${runId}/methods/x/map.npy`, token)).statusCode).toBeUndefined();
  });

  it.each([
    ['another run', `/shared/runs/${otherRun}/manifest.json`, 403],
    ['the list of runs', '/shared/index.json', 404],
    ['models', '/shared/models/phantom/card.json', 404],
    ['a way around', `/shared/runs/${runId}/../../index.json`, 404],
    ['a listing', `/shared/runs/${runId}/`, 404],
  ])('does not read %s', async (_, uri, statusCode) => {
    expect((await ask(uri, token)).statusCode).toBe(statusCode);
  });

  it.each([
    ['no cookie', undefined],
    ['a forged one', forged],
    ['an expired one', past],
  ])('reads nothing with %s', async (_, value) => {
    expect((await ask(manifest, value)).statusCode).toBe(403);
  });

  it.each([`revoked-${id}`, `revoked-${runId}`])(
    'reads nothing once %s stands in the deny-list',
    async (entry) => {
      expect((await ask(manifest, token, { key, [entry]: '' })).statusCode).toBe(403);
      expect((await redeem(token, { key, [entry]: '' })).statusCode).toBe(403);
    },
  );

  it('reads nothing while the store has no key', async () => {
    expect((await ask(manifest, token, {})).statusCode).toBe(403);
  });
});

describe('the edge and the library', () => {
  it.each([token, past, forged, `${token}x`, token.replace('0', '1')])('agree on %s', async (text) => {
    const { status } = verifyShareToken(key, text, now);
    const { statusCode, headers } = await redeem(text);
    expect(statusCode === 204 ? 'valid' : headers?.[refusalHeader]?.value).toBe(status);
  });

  it.each(['share-redeem', 'share-request'] as const)(
    '%s stays below 10 kB, in the syntax that CloudFront reads, and imports what it has',
    async (name) => {
      const code = shareCode(name);
      expect(await syntaxFaults(code)).toEqual([]);
      expect(code.length).toBeLessThan(10_240);
      expect([...code.matchAll(/^import (\w+) from '(\w+)';$/gm)].map(([, , module]) => module)).toEqual([
        'cloudfront',
        'crypto',
      ]);
      expect(code).not.toMatch(/\b(require|setTimeout|fetch|eval|process)\b/);
    },
  );
});

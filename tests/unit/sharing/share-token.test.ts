/** Share tokens: what opens a run, for how long, and what does not. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintShareToken, verifyShareToken } from '../../../shared/sharing/share-token.ts';

const key = '0123456789abcdef'.repeat(4);
const otherKey = 'f'.repeat(64);
const runId = '00112233445566778899aabbccddeeff';
const id = 'a1b2c3d4e5f60718';
const now = 1_800_000_000;
const day = 86_400;
const token = mintShareToken(key, { runId, id, now });

describe('a share token', () => {
  it('opens its run for seven days unless told otherwise', () => {
    const claim = { runId, id, expires: now + 7 * day };
    expect(verifyShareToken(key, token, now)).toEqual({ status: 'valid', claim });
    expect(verifyShareToken(key, token, now + 7 * day - 1).status).toBe('valid');
    expect(verifyShareToken(key, token, now + 7 * day).status).toBe('expired');
  });

  it('is signed with HMAC-SHA-256 over its version, run, date and id', () => {
    const payload = `${runId}.${now + 7 * day}.${id}`;
    const mac = createHmac('sha256', key).update(`cxai.share/1.${payload}`).digest('base64url');
    expect(token).toBe(`${payload}.${mac}`);
  });

  it('needs no escaping in a URL or a cookie', () => {
    expect(token).toMatch(/^[\w.-]{100,120}$/);
  });

  it('opens nothing under another key', () => {
    expect(verifyShareToken(otherKey, token, now)).toEqual({ status: 'forged' });
  });

  it('opens nothing once any of its characters is another (seed 5)', () => {
    const place = fc.integer({ min: 0, max: token.length - 1 });
    fc.assert(
      fc.property(place, fc.constantFrom(...'0123456789abcdefXYZ_-.'), (at, character) => {
        fc.pre(token[at] !== character);
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        expect(verifyShareToken(key, changed, now).status).not.toBe('valid');
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it.each(['', 'x', `${token}x`, ` ${token}`, token.slice(0, -1), token.replaceAll('.', ','), `${token}\n`])(
    'is not %j',
    (text) => {
      expect(verifyShareToken(key, text, now)).toEqual({ status: 'malformed' });
    },
  );

  it.each([0, -1, 31, Number.NaN, Number.POSITIVE_INFINITY])('cannot last %d days', (days) => {
    expect(() => mintShareToken(key, { runId, id, now, days })).toThrow(/expected 1 to 30 days/);
  });

  it('names one run and one link, or is refused', () => {
    expect(() => mintShareToken(key, { runId: 'all', id, now })).toThrow(/expected a run of 32/);
    expect(() => mintShareToken(key, { runId, id: '', now })).toThrow(/link id of 16/);
    expect(() => mintShareToken('short', { runId, id, now })).toThrow(/key of 64/);
  });
});

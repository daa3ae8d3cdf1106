/** The CloudFront functions, run as CloudFront runs them: one script, one `handler(event)`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdmittingFunction, admittingCode, cacheControlCode } from '../../infra/edge/edge-code.ts';
import { rangeBits } from '../../infra/settings/address-range.ts';
import { cacheControl as keep } from '../../shared/sharing/site-headers.ts';
import { syntaxFaults } from './support/edge-syntax.ts';

interface Answer {
  readonly uri?: string;
  readonly statusCode?: number;
  readonly querystring?: object;
  readonly headers?: Readonly<Record<string, { readonly value: string }>>;
}

const networks = ['198.51.100.0/24', '203.0.113.64/26', '2001:db8:20::/48'];
const inside = '198.51.100.7';
const run = '0123456789abcdef0123456789abcdef';

const compile = (code: string): ((event: object) => Answer) => new Function(`${code}; return handler;`)();

const handlerOf = (name: AdmittingFunction, admitted: readonly string[] | null) =>
  compile(admittingCode(name, admitted));

const ask = (name: AdmittingFunction, uri: string, ip = inside): Answer =>
  handlerOf(name, networks)({ viewer: { ip }, request: { uri, querystring: { list: '2' }, headers: {} } });

const cacheControl = (uri: string): string | undefined =>
  compile(cacheControlCode())({ request: { uri }, response: { headers: {} } }).headers?.['cache-control']
    ?.value;

const many = Array.from({ length: 100 }, (_, index) => `2001:db8:${index.toString(16)}::/48`);

describe.each([
  ['data-request', admittingCode('data-request', many)],
  ['site-request', admittingCode('site-request', many)],
  ['cache-control', cacheControlCode()],
])('%s', (_, code) => {
  it('stays below the limit of 10 kB, with as many networks as settings allow', () => {
    expect(code.length).toBeLessThan(10_240);
  });

  it('uses nothing that CloudFront lacks', () => {
    expect(code).not.toMatch(/\b(import|export|require|setTimeout|fetch|eval|process)\b\s*\(?/);
  });

  it('is written in the syntax that CloudFront reads', async () => {
    expect(await syntaxFaults(code)).toEqual([]);
  });
});

describe('the syntax that CloudFront reads', () => {
  it.each([
    ['destructuring', 'const [head, tail] = ip.split(":");'],
    ['destructured parameters', 'function handler({ request }) { return request; }'],
    ['shorthand properties', 'const answer = { value };'],
    ['spread', 'const all = [...head, 1];'],
    ['spread into a call', 'Math.max(...head);'],
    ['default parameters', 'function answer(status = 403) { return status; }'],
    ['for of', 'for (const each of head) each();'],
    ['classes', 'class Answer {}'],
    ['optional chaining', 'const ip = event.viewer?.ip;'],
    ['nullish fallback', 'const ip = given ?? "";'],
    ['named groups', 'const form = /(?<run>[0-9a-f]+)/;'],
    ['async closures', 'const read = async () => store.get("key");'],
  ])('has no %s', async (_, code) => {
    expect(await syntaxFaults(code)).not.toEqual([]);
  });

  it('has constants, arrows, templates, exponents and async functions', async () => {
    const code =
      'const f = (edge) => `of \n` + edge ** 2; async function handler(event) { return await f(event); }';
    expect(await syntaxFaults(code)).toEqual([]);
  });
});

describe('who is admitted', () => {
  it.each([
    ['198.51.100.0', true],
    ['198.51.100.255', true],
    ['198.51.101.0', false],
    ['203.0.113.63', false],
    ['203.0.113.64', true],
    ['203.0.113.127', true],
    ['203.0.113.128', false],
    ['2001:db8:20::1', true],
    ['2001:db8:20:ffff:ffff:ffff:ffff:ffff', true],
    ['2001:db8:21::', false],
    ['::1', false],
    ['::ffff:198.51.100.7', false],
  ])('%s: %s', (ip, admitted) => {
    for (const [name, uri] of [
      ['site-request', '/'],
      ['data-request', '/data/index.json'],
    ] as const) {
      expect(ask(name, uri, ip).statusCode).toBe(admitted ? undefined : 403);
    }
  });

  it('is everybody where signed cookies decide instead', () => {
    const open = handlerOf('site-request', null);
    expect(open({ viewer: { ip: '192.0.2.1' }, request: { uri: '/run/' } }).uri).toBe('/run/index.html');
  });

  it('agrees with arithmetic on any IPv4 address and range (seed 7)', () => {
    const number = (octets: readonly number[]) => octets.reduce((sum, octet) => sum * 256 + octet, 0);
    const octets = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 255 })));
    fc.assert(
      fc.property(
        octets,
        octets,
        fc.integer({ min: 8, max: 32 }),
        fc.boolean(),
        (range, other, length, near) => {
          const size = 2 ** (32 - length);
          const address = near ? [...range.slice(0, 3), other[3]] : other;
          const expected = Math.floor(number(range) / size) === Math.floor(number(address) / size);
          const admit = handlerOf('site-request', [`${range.join('.')}/${length}`]);
          const answer = admit({ viewer: { ip: address.join('.') }, request: { uri: '/' } });
          expect(answer.statusCode === undefined).toBe(expected);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('writes a range as its family and leading bits', () => {
    expect(rangeBits('198.51.100.0/24')).toBe('4:110001100011001101100100');
    expect(rangeBits('2001:db8::/32')).toBe('6:00100000000000010000110110111000');
  });
});

describe('what may be asked for', () => {
  it.each([
    'index.json',
    'index/page-000001.json',
    'models/phantom/card.json',
    'studies/index.json',
    'studies/brain/report.json',
    `runs/${run}/manifest.json`,
    `runs/${run}/methods/smoothgrad/map.npy`,
  ])('data/%s is passed on without data/ and without its query', (key) => {
    expect(ask('data-request', `/data/${key}`)).toMatchObject({ uri: `/${key}`, querystring: {} });
  });

  it.each([
    '',
    '/',
    'pending/0123',
    `runs/${run}/../../pending/x`,
    `runs/${run}`,
    'runs/short/manifest.json',
    'drop/phantom/a.png',
    'studies/brain/weights/0.onnx',
    'models/../index.json',
    'index.json%2f..',
  ])('data/%s is not there, and that is not kept', (key) => {
    const answer = ask('data-request', `/data/${key}`);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers?.['cache-control']?.value).toBe('no-store');
  });

  it('a folder of the site is its index', () => {
    expect(ask('site-request', '/').uri).toBe('/index.html');
    expect(ask('site-request', '/run/').uri).toBe('/run/index.html');
    expect(ask('site-request', '/favicon.svg').uri).toBe('/favicon.svg');
  });
});

describe('what a browser may keep', () => {
  it('built files for a year, privately', () => {
    expect(cacheControl('/_astro/a.js')).toBe(keep.writtenOnce);
  });

  it.each([`/data/runs/${run}/image.png`, `/runs/${run}/methods/x/map.npy`, `/shared/runs/${run}/image.png`])(
    '%s for an hour, since the run may be erased',
    (uri) => {
      expect(cacheControl(uri)).toBe(keep.ofRun);
      expect(keep.ofRun).toBe('private, max-age=3600');
    },
  );

  it.each([
    '/',
    '/index.html',
    '/data/index.json',
    '/data/index/page-000001.json',
    '/index/page-000001.json',
    `/runs/${run}/manifest.json`,
    '/data/models/phantom/card.json',
    '/data/studies/brain/report.json',
  ])('%s not at all', (uri) => {
    expect(cacheControl(uri)).toBe('no-store');
  });
});

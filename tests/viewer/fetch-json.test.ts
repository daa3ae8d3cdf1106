import { describe, expect, it } from 'vitest';
import { dataRoot } from '../../viewer/src/lib/data-root.ts';
import { fetchJson } from '../../viewer/src/lib/fetch-json.ts';

const answering = (respond: (request: Request) => Response): typeof fetch =>
  (async (url: string, init: RequestInit) => respond(new Request(url, init))) as typeof fetch;

const ask = (respond: (request: Request) => Response, etag: string | null = null) =>
  fetchJson<{ schema: 'cxai.thing/1' }>('http://site/thing.json', 'cxai.thing/1', {
    fetch: answering(respond),
    etag,
  });

describe('fetchJson', () => {
  it('gives the value and its entity tag', async () => {
    const loaded = await ask(() => new Response('{"schema":"cxai.thing/1"}', { headers: { etag: '"a"' } }));
    expect(loaded).toEqual({ kind: 'loaded', value: { schema: 'cxai.thing/1' }, etag: '"a"' });
  });

  it('sends the tag it has and takes 304 for unchanged', async () => {
    let sent: string | null = null;
    const loaded = await ask((request) => {
      sent = request.headers.get('if-none-match');
      return new Response(null, { status: 304 });
    }, '"a"');
    expect([sent, loaded.kind]).toEqual(['"a"', 'unchanged']);
  });

  it.each([
    [404, 'missing'],
    [403, 'refused'],
    [503, 'unreachable'],
  ])('tells status %i as %s', async (status, kind) => {
    const loaded = await ask(() => new Response('', { status }));
    expect(loaded.kind === 'failed' && loaded.failure.kind).toBe(kind);
  });

  it('tells another version, or what is no JSON at all, as unreadable', async () => {
    for (const text of ['{"schema":"cxai.thing/2"}', '<!doctype html>', 'null']) {
      const loaded = await ask(() => new Response(text));
      expect(loaded.kind === 'failed' && loaded.failure.kind).toBe('unreadable');
    }
  });

  it('tells a lost connection as unreachable', async () => {
    const loaded = await ask(() => {
      throw new TypeError('connection refused');
    });
    expect(loaded.kind === 'failed' && loaded.failure.kind).toBe('unreachable');
  });
});

describe('dataRoot', () => {
  it('lies beside the pages, wherever the site is served', () => {
    expect(dataRoot('https://host/some/folder/', '.')).toBe('https://host/some/folder/data/');
    expect(dataRoot('https://host/some/folder/run/', '..')).toBe('https://host/some/folder/data/');
  });
});

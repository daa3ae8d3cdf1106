/**
 * Reading JSON objects of the data root: conditional requests, the version check, and failures a reader can
 * act on. Schemas proper are checked where objects are written; here only the `schema` name is.
 */

/** Why data could not be read, in words for a reader. `missing` may pass: the object is not there yet. */
export interface LoadFailure {
  readonly kind: 'missing' | 'refused' | 'unreachable' | 'unreadable';
  readonly title: string;
  readonly remedy: string;
  /** What a maintainer needs to find the cause. */
  readonly detail: string;
}

export type Loaded<T> =
  | { readonly kind: 'loaded'; readonly value: T; readonly etag: string | null }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly failure: LoadFailure };

export interface LoadOptions {
  /** From the last answer; a matching object is answered `unchanged` without a body. */
  readonly etag?: string | null;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

/** The JSON object at `url`, whose `schema` must be `schema`. Never throws, except for an aborted signal. */
export async function fetchJson<T extends { schema: string }>(
  url: string,
  schema: T['schema'],
  options: LoadOptions = {},
): Promise<Loaded<T>> {
  const { etag = null, signal, fetch: get = fetch } = options;
  let response: Response;
  try {
    response = await get(url, {
      signal: signal ?? null,
      // Our own validator instead of the browser's cache, so that an unchanged object costs no parsing.
      cache: 'no-store',
      headers: etag ? { 'If-None-Match': etag } : {},
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    return failed('unreachable', url, String(cause));
  }
  if (response.status === 304) return { kind: 'unchanged' };
  if (!response.ok) return failed(failureKind(response.status), url, `status ${response.status}`);
  return parsed(await response.text(), schema, url, response.headers.get('etag'));
}

function parsed<T extends { schema: string }>(
  text: string,
  schema: T['schema'],
  url: string,
  etag: string | null,
): Loaded<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return failed('unreadable', url, String(cause));
  }
  const found = (value as { schema?: unknown } | null)?.schema;
  if (found !== schema) return failed('unreadable', url, `expected schema ${schema}, got ${String(found)}`);
  return { kind: 'loaded', value: value as T, etag };
}

function failureKind(status: number): LoadFailure['kind'] {
  if (status === 404 || status === 410) return 'missing';
  return status === 401 || status === 403 ? 'refused' : 'unreachable';
}

const words = {
  missing: ['Nothing is stored here yet', 'It may still be on its way. This page keeps looking.'],
  refused: [
    'Access to the results was refused',
    'A shared link may have expired: ask for a new one. Or sign in again, or have whoever runs this site allow reading.',
  ],
  unreachable: [
    'The results cannot be reached',
    'Check the connection, or that the local server is still running. This page keeps trying.',
  ],
  unreadable: [
    'The results were written for another version of this site',
    'Reload the page. If that does not help, the site and the pipeline need the same version.',
  ],
} as const satisfies Record<LoadFailure['kind'], readonly [string, string]>;

function failed(kind: LoadFailure['kind'], url: string, cause: string): Loaded<never> {
  const [title, remedy] = words[kind];
  return { kind: 'failed', failure: { kind, title, remedy, detail: `${url}: ${cause}` } };
}

/** Fetches the engine's WebAssembly, once and from the site itself, and tells how much of it has arrived. */
import { PermanentFault, TransientFault } from '../../../shared/errors.ts';

/** The bytes at `url`; `onProgress` gets the share that has arrived, 0 … 1, where the size is known. */
export async function fetchWasm(
  url: string,
  onProgress: (fraction: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    // Of the compressed transfer, where there is one: then only the end is certain.
    const encoded = response.headers.get('content-encoding') !== null;
    const size = encoded ? 0 : Number(response.headers.get('content-length'));
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let arrived = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { value, done } = await reader.read();
      if (done) break;
      parts.push(value);
      arrived += value.length;
      if (size > 0) onProgress(Math.min(1, arrived / size));
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  } catch (cause) {
    throw unreachable(cause);
  }
}

/** The fault for an engine whose files do not arrive. */
export function unreachable(cause: unknown): TransientFault {
  return new TransientFault('engine: expected its files from this site, got no answer', {
    code: 'engine-unreachable',
    remedy: 'Check the connection and try again. Everything else on this site works without the engine.',
    cause,
  });
}

/** Throws PermanentFault where the browser or the host's policy lets no WebAssembly run. */
export function refuseWithoutWasm(): void {
  try {
    // The smallest module there is: magic number and version.
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  } catch (cause) {
    throw new PermanentFault('engine: expected a browser that may run WebAssembly, got a refusal', {
      code: 'engine-forbidden',
      remedy:
        "Use a current browser. If it is one, the site's Content-Security-Policy header lacks 'wasm-unsafe-eval'.",
      cause,
    });
  }
}

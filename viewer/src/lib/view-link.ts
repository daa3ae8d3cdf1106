/**
 * A view as a short text for the link: what differs from the initial view as JSON, deflate-raw, base64url.
 * The initial view is the empty text.
 */
import { checkedView } from './checked-view.ts';
import { initialView, type View } from './view.ts';

/** The text of a view: `[A-Za-z0-9_-]*`. */
export async function packView(view: View): Promise<string> {
  const changed = Object.entries(view).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(initialView[key as keyof View]),
  );
  if (changed.length === 0) return '';
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(changed)));
  const packed = await transform(json, new CompressionStream('deflate-raw'));
  return btoa(String.fromCharCode(...packed))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** The view of a text; the initial view where the text was cut or tampered with. */
export async function unpackView(text: string): Promise<View> {
  if (text === '') return initialView;
  try {
    const packed = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(packed, (char) => char.charCodeAt(0));
    const json = await transform(bytes, new DecompressionStream('deflate-raw'));
    return checkedView(JSON.parse(new TextDecoder().decode(json)));
  } catch {
    return initialView;
  }
}

async function transform(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const readable = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(readable).arrayBuffer());
}

/** A bucket in memory, with the outcomes of functions/common/object-store.ts. */
import type { ObjectStore } from '../../../functions/common/object-store.ts';

export interface MemoryStore extends ObjectStore {
  readonly objects: Map<
    string,
    { readonly bytes: Uint8Array; readonly version: number; readonly modified: Date }
  >;
  text(key: string): string | undefined;
}

export function memoryStore(now: () => Date = () => new Date()): MemoryStore {
  const objects: MemoryStore['objects'] = new Map();
  const put = (key: string, body: Uint8Array | string): void => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    objects.set(key, { bytes, version: (objects.get(key)?.version ?? 0) + 1, modified: now() });
  };
  return {
    objects,
    text: (key) => {
      const object = objects.get(key);
      return object && new TextDecoder().decode(object.bytes);
    },
    async read(key) {
      const object = objects.get(key);
      return object && { bytes: object.bytes, etag: String(object.version) };
    },
    size: async (key) => objects.get(key)?.bytes.length,
    async writeOnce(key, body) {
      if (objects.has(key)) return 'exists';
      put(key, body);
      return 'written';
    },
    async swap(key, body, _type, etag) {
      const present = objects.get(key);
      if ((present && String(present.version)) !== etag) return 'changed';
      put(key, body);
      return 'written';
    },
    async write(key, body) {
      put(key, body);
    },
    async remove(key) {
      objects.delete(key);
    },
    async *list(prefix) {
      for (const [key, { bytes, modified }] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (key.startsWith(prefix)) yield { key, size: bytes.length, modified };
      }
    },
  };
}

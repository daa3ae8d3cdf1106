/** JSON objects in a bucket, checked against their schema when read. */
import type { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import type { ObjectStore } from './object-store.ts';

export const jsonType = 'application/json';

/**
 * A stored object that is no JSON or not what its schema says: most often one of another version. Its message names
 * neither the key nor any content, since a receipt has a patient's file name in both.
 */
export class UnreadableObject extends PermanentFault {
  /** The version that was read: who knows better may swap over it. */
  readonly etag: string;

  constructor(code: 'object-not-json' | 'object-invalid', got: string, etag: string) {
    super(`stored object: expected JSON of a known version, got ${got}`, {
      code,
      remedy: 'Another version of the software wrote it, or something else did: deploy the newer version.',
    });
    this.etag = etag;
  }
}

/** For the `catch` of `readJson`: `instead` stands for an object that cannot be read; other faults are thrown on. */
export const unlessUnreadable =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof UnreadableObject) return instead;
    throw error;
  };

/** Undefined where there is no such object. Throws UnreadableObject where it is not of the schema. */
export async function readJson<T>(
  store: ObjectStore,
  key: string,
  schema: z.ZodType<T>,
): Promise<{ readonly value: T; readonly etag: string } | undefined> {
  const object = await store.read(key);
  if (!object) return undefined;
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder().decode(object.bytes));
  } catch {
    throw new UnreadableObject('object-not-json', 'something else', object.etag);
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { value: parsed.data, etag: object.etag };
  const where = parsed.error.issues.map((issue) => `${issue.code} at ${issue.path.join('.') || 'the top'}`);
  throw new UnreadableObject('object-invalid', where.join(', '), object.etag);
}

/** JSON objects in a bucket, checked against their schema when read. */
import type { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import type { ObjectStore } from './object-store.ts';

export const jsonType = 'application/json';

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
  } catch (cause) {
    throw new PermanentFault(`${key}: expected JSON, got something else`, { code: 'object-not-json', cause });
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new PermanentFault(`${key}: ${where}`, { code: 'object-invalid', cause: parsed.error });
  }
  return { value: parsed.data, etag: object.etag };
}

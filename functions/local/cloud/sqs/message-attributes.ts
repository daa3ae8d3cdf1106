/**
 * Message attributes: their form on the wire, which of them a receive asks for, and their MD5.
 *
 * MD5 over the attributes in name order of: length, name, length, data type, one byte (1 text, 2 binary), length,
 * value; lengths are 4 bytes, big-endian. Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/
 * SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

export const messageAttribute = z.strictObject({
  DataType: z.string().regex(/^(String|Number|Binary)(\..{1,247})?$/),
  StringValue: z.string().min(1).optional(),
  BinaryValue: z.base64().optional(),
  StringListValues: z.array(z.never()).optional(),
  BinaryListValues: z.array(z.never()).optional(),
});

export type MessageAttributes = Readonly<Record<string, z.infer<typeof messageAttribute>>>;

/** Undefined where there is none, as in the answers of SQS. */
export function attributesMd5(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType, StringValue, BinaryValue } = attributes[name]!;
    const isBinary = DataType.startsWith('Binary');
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Buffer.of(isBinary ? 2 : 1));
    add(isBinary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue ?? ''));
  }
  return hash.digest('hex');
}

/** Bytes that count toward the limit: names, data types and values. */
export function attributesSize(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce((sum, [name, { DataType, StringValue, BinaryValue }]) => {
    const value = Buffer.byteLength(StringValue ?? '') + Buffer.byteLength(BinaryValue ?? '', 'base64');
    return sum + Buffer.byteLength(name) + Buffer.byteLength(DataType) + value;
  }, 0);
}

/** `All`, `.*`, `prefix.*` or exact names. */
export function selectAttributes<T>(
  attributes: Readonly<Record<string, T>>,
  wanted: readonly string[],
): Record<string, T> {
  const isWanted = (name: string) =>
    wanted.some((pattern) => {
      if (pattern === 'All' || pattern === '.*') return true;
      return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -2)) : pattern === name;
    });
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}

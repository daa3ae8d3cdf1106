import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { attributesMd5, attributesSize } from '../../../functions/local/cloud/sqs/message-attributes.ts';

describe('attributesMd5', () => {
  it('digests names in order with 4-byte lengths and a byte for the kind of value', () => {
    const written = [
      ...[0, 0, 0, 1, 0x61, 0, 0, 0, 6, ...Buffer.from('Binary'), 2, 0, 0, 0, 2, 0x00, 0xff],
      ...[0, 0, 0, 1, 0x62, 0, 0, 0, 6, ...Buffer.from('String'), 1, 0, 0, 0, 2, ...Buffer.from('é')],
    ];
    const expected = createHash('md5').update(Buffer.from(written)).digest('hex');
    const attributes = {
      b: { DataType: 'String', StringValue: 'é' },
      a: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]).toString('base64') },
    };
    expect(attributesMd5(attributes)).toBe(expected);
    expect(attributesSize(attributes)).toBe(1 + 6 + 2 + 1 + 6 + 2);
  });

  it('is absent where there are no attributes', () => {
    expect(attributesMd5({})).toBeUndefined();
  });
});

import { crc32 } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newBucket, useCloud } from './cloud-fixture.ts';
import { type RawAnswer, sendRaw, sendSigned } from './raw-request.ts';

const fixture = useCloud();
let Bucket = '';
beforeAll(async () => {
  Bucket = await newBucket(fixture.s3);
});

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const base64Crc32 = (text: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
};
const codeOf = ({ body }: RawAnswer) => /<Code>(\w+)<\/Code>/.exec(body)?.[1];

function putChunked(Key: string, body: string, headers: Record<string, string>): Promise<RawAnswer> {
  return sendSigned(fixture.cloud.endpoint, {
    method: 'PUT',
    path: `/${Bucket}/${Key}`,
    body,
    headers: {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'content-encoding': 'aws-chunked',
      'x-amz-trailer': 'x-amz-checksum-crc32',
      ...headers,
    },
  });
}

async function stored(Key: string): Promise<{ text: string; encoding: string | undefined }> {
  const answer = await fixture.s3.send(new GetObjectCommand({ Bucket, Key }));
  return { text: await answer.Body!.transformToString(), encoding: answer.ContentEncoding };
}

describe('aws-chunked bodies', () => {
  const whole = 'first'.repeat(50) + 'second'.repeat(20_000);
  const chunks = chunk('first'.repeat(50)) + chunk('second'.repeat(20_000));
  const length = { 'x-amz-decoded-content-length': String(whole.length) };

  it('are put together from their chunks and checked against their trailer', async () => {
    const body = `${chunks}0\r\nx-amz-checksum-crc32:${base64Crc32(whole)}\r\n\r\n`;
    expect((await putChunked('chunked', body, length)).status).toBe(200);
    expect(await stored('chunked')).toEqual({ text: whole, encoding: undefined });
  });

  it('keep the encoding that is not of the transfer', async () => {
    const body = `${chunks}0\r\nx-amz-checksum-crc32:${base64Crc32(whole)}\r\n\r\n`;
    const headers = { ...length, 'content-encoding': 'aws-chunked,gzip' };
    expect((await putChunked('encoded', body, headers)).status).toBe(200);
    expect((await stored('encoded')).encoding).toBe('gzip');
  });

  it.each([
    ['a trailer that does not match', `${chunks}0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`, 'BadDigest'],
    ['no trailer where one was announced', `${chunks}0\r\n\r\n`, 'IncompleteBody'],
    ['a chunk cut short', chunks.slice(0, -50), 'IncompleteBody'],
    ['a size that is not hexadecimal', `zz\r\n${'x'.repeat(300_000)}`, 'IncompleteBody'],
    ['a line without an end', 'f'.repeat(300_000), 'IncompleteBody'],
    ['a chunk longer than its size', `3\r\nabcdef\r\n0\r\n\r\n`, 'IncompleteBody'],
  ])('are refused with %s', async (_, body, code) => {
    const answer = await putChunked('refused', body, length);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(await failureOf(stored('refused'))).toBe('404 NoSuchKey');
  });

  it('are refused where they decode to another length than announced', async () => {
    const body = `${chunks}0\r\nx-amz-checksum-crc32:${base64Crc32(whole)}\r\n\r\n`;
    const answer = await putChunked('refused', body, { 'x-amz-decoded-content-length': '7' });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'IncompleteBody']);
  });

  it('are answered 501 in the form that signs each chunk', async () => {
    const answer = await putChunked('signed-chunks', 'x'.repeat(300_000), {
      ...length,
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    });
    expect([answer.status, codeOf(answer)]).toEqual([501, 'NotImplemented']);
  });
});

describe('other bodies', () => {
  it('need not be covered by the signature', async () => {
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const path = `/${Bucket}/unsigned`;
    const answer = await sendSigned(fixture.cloud.endpoint, { method: 'PUT', path, headers, body: 'any' });
    expect(answer.status).toBe(200);
    expect((await stored('unsigned')).text).toBe('any');
  });

  it('are not asked for where the request is refused beforehand', async () => {
    const path = `/${Bucket}/expecting`;
    const headers = { expect: '100-continue', 'content-length': '10' };
    const answer = await sendRaw(fixture.cloud.endpoint, { method: 'PUT', path, headers });
    expect([answer.status, codeOf(answer)]).toEqual([403, 'AccessDenied']);
  });
});

import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, describe, expect, it } from 'vitest';
import { credentials, failureOf, newBucket, region, useCloud } from './cloud-fixture.ts';
import { sendRaw, sendSigned, signedHeaders } from './raw-request.ts';

const fixture = useCloud();
let Bucket = '';
const Key = "in/a b+(é)'!*.txt";
beforeAll(async () => {
  Bucket = await newBucket(fixture.s3);
  await fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'content' }));
});
const minutes = (count: number) => new Date(Date.now() + count * 60_000);
const codeOf = (body: string) => /<Code>(\w+)<\/Code>/.exec(body)?.[1];

describe('signed requests', () => {
  it.each([
    ['another secret', { ...credentials, secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['an unknown key id', { ...credentials, accessKeyId: 'UNKNOWN' }, 'InvalidAccessKeyId'],
  ])('are refused with %s, by S3 and by SQS', async (_, other, code) => {
    const options = { endpoint: fixture.cloud.endpoint, region, credentials: other, maxAttempts: 1 };
    const s3 = new S3Client({ ...options, forcePathStyle: true });
    expect(await failureOf(s3.send(new ListBucketsCommand({})))).toBe(`403 ${code}`);
    expect(await failureOf(new SQSClient(options).send(new ListQueuesCommand({})))).toBe(`403 ${code}`);
  });

  it('are refused without a signature', async () => {
    const { endpoint } = fixture.cloud;
    const answer = await fetch(`${endpoint}/${Bucket}/anything`);
    expect([answer.status, codeOf(await answer.text())]).toEqual([403, 'AccessDenied']);
    const headers = { 'x-amz-target': 'AmazonSQS.ListQueues', 'content-type': 'application/x-amz-json-1.0' };
    expect((await fetch(endpoint, { method: 'POST', headers, body: '{}' })).status).toBe(403);
  });

  it('are refused with a clock more than 15 minutes off', async () => {
    for (const [offset, status] of [
      [-16, 403],
      [-14, 200],
      [14, 200],
      [16, 403],
    ] as const) {
      const answer = await sendSigned(fixture.cloud.endpoint, {
        method: 'GET',
        path: '/',
        signedAt: minutes(offset),
      });
      expect([offset, answer.status]).toEqual([offset, status]);
      if (status === 403) expect(codeOf(answer.body)).toBe('RequestTimeTooSkewed');
    }
  });

  it('are refused for another region or another service', async () => {
    const at = { method: 'GET', path: '/' };
    for (const scope of [{ region: 'eu-central-1' }, { service: 'sqs' }]) {
      const answer = await sendSigned(fixture.cloud.endpoint, { ...at, ...scope });
      expect([answer.status, codeOf(answer.body)]).toEqual([400, 'AuthorizationHeaderMalformed']);
    }
  });

  it.each([
    ['method', { method: 'DELETE' }, {}],
    ['path', { path: '/other-bucket' }, {}],
    ['query', { query: { 'list-type': '2', prefix: 'other' } }, {}],
    [
      'signed header',
      {},
      { 'x-amz-date': new Date(Date.now() - 5000).toISOString().replace(/[-:]|\.\d+/g, '') },
    ],
    ['payload hash', {}, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }],
    ['added header that must be signed', {}, { 'x-amz-acl': 'private' }],
  ])('are refused once their %s is changed on the way', async (_, change, headerChange) => {
    const raw = { method: 'GET', path: `/${Bucket}`, query: { 'list-type': '2' } };
    const headers = await signedHeaders(fixture.cloud.endpoint, raw);
    expect((await sendRaw(fixture.cloud.endpoint, { ...raw, headers })).status).toBe(200);
    const tampered = { ...raw, ...change, headers: { ...headers, ...headerChange } };
    expect((await sendRaw(fixture.cloud.endpoint, tampered)).status).toBe(403);
  });

  it('are refused where the body is not the signed one', async () => {
    const put = { method: 'PUT', path: `/${Bucket}/swapped`, body: 'signed' };
    const headers = await signedHeaders(fixture.cloud.endpoint, put);
    const answer = await sendRaw(fixture.cloud.endpoint, { ...put, body: 'swapped', headers });
    expect([answer.status, codeOf(answer.body)]).toEqual([400, 'XAmzContentSHA256Mismatch']);
    const target = { 'x-amz-target': 'AmazonSQS.ListQueues' };
    const list = { method: 'POST', path: '/', service: 'sqs', body: '{}', headers: target };
    const signed = await signedHeaders(fixture.cloud.endpoint, list);
    expect((await sendRaw(fixture.cloud.endpoint, { ...list, headers: signed })).status).toBe(200);
    const swapped = { ...list, body: '{ }', headers: signed };
    expect((await sendRaw(fixture.cloud.endpoint, swapped)).status).toBe(403);
  });

  it('are refused with a malformed authorization', async () => {
    for (const authorization of [
      'AWS4-HMAC-SHA256',
      'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0',
    ])
      expect((await fetch(fixture.cloud.endpoint, { headers: { authorization } })).status).toBe(403);
    const old = { authorization: 'AWS key:signature' };
    expect((await fetch(fixture.cloud.endpoint, { headers: old })).status).toBe(501);
  });
});

describe('presigned URLs', () => {
  const presign = (command: GetObjectCommand | PutObjectCommand, options: object = {}) =>
    getSignedUrl(fixture.s3, command as GetObjectCommand, { expiresIn: 60, ...options });

  it('read an object, and override response headers that they were signed with', async () => {
    const url = await presign(new GetObjectCommand({ Bucket, Key, ResponseContentType: 'text/csv' }));
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, 'content']);
    expect(answer.headers.get('content-type')).toBe('text/csv');
    expect((await fetch(url.replace('text%2Fcsv', 'text%2Fhtml'))).status).toBe(403);
  });

  it('write an object with the metadata they carry', async () => {
    const url = await presign(new PutObjectCommand({ Bucket, Key: 'presigned', Metadata: { a: 'b' } }));
    expect((await fetch(url, { method: 'PUT', body: 'presigned' })).status).toBe(200);
    const read = await fixture.s3.send(new GetObjectCommand({ Bucket, Key: 'presigned' }));
    expect([await read.Body!.transformToString(), read.Metadata]).toEqual(['presigned', { a: 'b' }]);
  });

  it('still honor a checksum that the signer chose', async () => {
    const ChecksumSHA256 = 'LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=';
    const url = await presign(new PutObjectCommand({ Bucket, Key: 'chosen', ChecksumSHA256 }));
    expect((await fetch(url, { method: 'PUT', body: 'y' })).status).toBe(400);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(200);
  });

  it('end when they said, and do not begin before', async () => {
    const get = new GetObjectCommand({ Bucket, Key });
    const expired = await presign(get, { signingDate: new Date(Date.now() - 61_000) });
    const answer = await fetch(expired);
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
    expect((await fetch(await presign(get, { signingDate: new Date(Date.now() - 55_000) }))).status).toBe(
      200,
    );
    expect((await fetch(await presign(get, { signingDate: minutes(20) }))).status).toBe(403);
    const longest = await presign(get, { expiresIn: 604_800 });
    expect((await fetch(longest)).status).toBe(200);
    expect((await fetch(longest.replace('Expires=604800', 'Expires=604801'))).status).toBe(403);
  });

  it('hold for their own method, key and signature only', async () => {
    const url = await presign(new GetObjectCommand({ Bucket, Key }));
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(url.replace('in/', 'on/'))).status).toBe(403);
    expect((await fetch(url.replace(/X-Amz-Signature=\w{4}/, 'X-Amz-Signature=dead'))).status).toBe(403);
    expect((await fetch(url.replace(/&X-Amz-Signature=\w+/, ''))).status).toBe(403);
  });
});

import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  GetBucketPolicyCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  ListObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  SelectObjectContentCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newBucket, useCloud } from './cloud-fixture.ts';
import { sendSigned } from './raw-request.ts';

const fixture = useCloud();
let Bucket = '';
const Key = 'k';
beforeAll(async () => {
  Bucket = await newBucket(fixture.s3);
  await fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
});

describe('CORS', () => {
  const CORSRules = [
    {
      AllowedMethods: ['GET', 'PUT'],
      AllowedOrigins: ['http://localhost:4321', 'https://*.example.org'],
      AllowedHeaders: ['x-amz-*', 'Content-Type'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 600,
    },
  ];
  const preflight = (origin: string, method: string, asked?: string) =>
    fetch(`${fixture.cloud.endpoint}/${Bucket}/${Key}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        ...(asked === undefined ? {} : { 'access-control-request-headers': asked }),
      },
    });

  it('lets the pages in that its rules name, without a signature, and no others', async () => {
    expect((await preflight('http://localhost:4321', 'GET')).status).toBe(403);
    await fixture.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    expect((await fixture.s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(CORSRules);
    const allowed = await preflight('http://localhost:4321', 'PUT', 'content-type, X-Amz-Meta-A');
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:4321');
    expect(allowed.headers.get('access-control-allow-methods')).toBe('GET, PUT');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('content-type, x-amz-meta-a');
    expect(allowed.headers.get('access-control-max-age')).toBe('600');
    expect((await preflight('https://a.example.org', 'GET')).status).toBe(200);
    expect((await preflight('https://example.org.evil', 'GET')).status).toBe(403);
    expect((await preflight('http://localhost:4321', 'DELETE')).status).toBe(403);
    expect((await preflight('http://localhost:4321', 'GET', 'x-other')).status).toBe(403);
  });

  it('marks real answers too, errors among them', async () => {
    const url = await getSignedUrl(fixture.s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 });
    const headers = { origin: 'http://localhost:4321' };
    for (const [address, status] of [
      [url, 200],
      [url.replace(/Signature=\w{4}/, 'Signature=dead'), 403],
    ] as const) {
      const answer = await fetch(address, { headers });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:4321');
      expect(answer.headers.get('access-control-expose-headers')).toBe('ETag');
    }
    const stranger = await fetch(url, { headers: { origin: 'http://localhost:1' } });
    expect(stranger.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('can be taken away', async () => {
    await fixture.s3.send(new DeleteBucketCorsCommand({ Bucket }));
    const shown = fixture.s3.send(new GetBucketCorsCommand({ Bucket }));
    expect(await failureOf(shown)).toBe('404 NoSuchCORSConfiguration');
  });
});

describe('what is not implemented', () => {
  const versioning = { Status: 'Enabled' as const };
  const rule = { ID: 'r', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } };
  const calls: [string, () => Promise<unknown>][] = [
    [
      'PutBucketVersioning',
      () => fixture.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: versioning })),
    ],
    ['ListObjectVersions', () => fixture.s3.send(new ListObjectVersionsCommand({ Bucket }))],
    ['ListObjects version 1', () => fixture.s3.send(new ListObjectsCommand({ Bucket }))],
    ['GetObject of a version', () => fixture.s3.send(new GetObjectCommand({ Bucket, Key, VersionId: 'v' }))],
    ['GetObject of a part', () => fixture.s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 1 }))],
    [
      'GetObjectAttributes',
      () => fixture.s3.send(new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ETag'] })),
    ],
    ['PutObjectAcl', () => fixture.s3.send(new PutObjectAclCommand({ Bucket, Key, ACL: 'private' }))],
    [
      'a public ACL',
      () => fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ACL: 'public-read' })),
    ],
    [
      'object lock',
      () => fixture.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ObjectLockMode: 'GOVERNANCE' })),
    ],
    [
      'customer keys',
      () => fixture.s3.send(new GetObjectCommand({ Bucket, Key, SSECustomerAlgorithm: 'AES256' })),
    ],
    ['GetBucketPolicy', () => fixture.s3.send(new GetBucketPolicyCommand({ Bucket }))],
    [
      'lifecycle rules',
      () =>
        fixture.s3.send(
          new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }),
        ),
    ],
    [
      'UploadPartCopy',
      () =>
        fixture.s3.send(
          new UploadPartCopyCommand({
            Bucket,
            Key,
            UploadId: 'u',
            PartNumber: 1,
            CopySource: `${Bucket}/${Key}`,
          }),
        ),
    ],
    [
      'SelectObjectContent',
      () =>
        fixture.s3.send(
          new SelectObjectContentCommand({
            Bucket,
            Key,
            Expression: 'select 1',
            ExpressionType: 'SQL',
            InputSerialization: { CSV: {} },
            OutputSerialization: { CSV: {} },
          }),
        ),
    ],
  ];

  it.each(calls)('%s is answered 501, never 200', async (_, call) => {
    expect(await failureOf(call())).toBe('501 NotImplemented');
  });

  it('another service on this port is answered 501', async () => {
    const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables' };
    const raw = { method: 'POST', path: '/', service: 'sqs', headers, body: '{}' };
    expect((await sendSigned(fixture.cloud.endpoint, raw)).status).toBe(501);
    const query = { method: 'POST', path: '/', body: 'Action=GetCallerIdentity&Version=2011-06-15' };
    expect((await sendSigned(fixture.cloud.endpoint, query)).status).toBe(501);
  });

  it('a bucket of another account is refused', async () => {
    const call = fixture.s3.send(new GetObjectCommand({ Bucket, Key, ExpectedBucketOwner: '123456789012' }));
    expect(await failureOf(call)).toBe('403 AccessDenied');
  });
});

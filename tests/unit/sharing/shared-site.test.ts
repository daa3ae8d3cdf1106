/** Share links on a laptop: what the site opens to whoever holds one, over HTTP, with the objects in S3. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAwsClients } from '../../../functions/common/aws-clients.ts';
import { createObjectStore, type ObjectStore } from '../../../functions/common/object-store.ts';
import { type RunningCloud, startCloud } from '../../../functions/local/cloud/start-cloud.ts';
import { auditShare, loadSecrets } from '../../../functions/local/local-state.ts';
import { type Site, startSite } from '../../../functions/local/site-server.ts';
import { listLinks, mintLink, revokeLink } from '../../../functions/share/share-links.ts';
import type { ShareAudit } from '../../../functions/share/shared-files.ts';
import { manifestKey, runKey } from '../../../shared/manifest/keys.ts';
import { mintShareToken } from '../../../shared/sharing/share-token.ts';
import { exampleManifest, exampleRejection, exampleRunId } from '../../viewer/fixture/example-run.ts';

const key = 'ab'.repeat(32);
const runId = exampleRunId(1);
const otherRun = exampleRunId(2);
const rejectedRun = exampleRunId(3);
const day = 86_400_000;
const start = new Date('2027-03-01T12:00:00Z');
let now = start;
let directory: string;
let cloud: RunningCloud;
let results: ObjectStore;
let site: Site;
const audit: ShareAudit[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cxai-share-'));
  const credentials = { accessKeyId: 'LOCALTEST', secretAccessKey: 'not-a-secret' };
  cloud = await startCloud({ directory, credentials });
  const { s3 } = createAwsClients({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
  await s3.send(new CreateBucketCommand({ Bucket: 'results' }));
  results = createObjectStore(s3, 'results');
  for (const id of [runId, otherRun]) {
    await results.write(
      manifestKey(id),
      JSON.stringify({ ...exampleManifest(1), runId: id }),
      'application/json',
    );
    await results.write(runKey(id, 'image.png'), `pixels of ${id}`, 'image/png');
  }
  const rejection = { ...exampleRejection(3), runId: rejectedRun };
  await results.write(manifestKey(rejectedRun), JSON.stringify(rejection), 'application/json');
  await results.write('index.json', '{}', 'application/json');
  await results.write('pending/x', '', 'text/plain');
  const share = {
    results,
    keyHex: key,
    now: () => now,
    audit: (entry: ShareAudit) => void audit.push(entry),
  };
  site = await startSite({ s3, resultsBucket: 'results', root: directory, port: 0, share });
});
afterAll(async () => {
  await site?.close();
  await cloud?.close();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  now = start;
  audit.length = 0;
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** As sent: no client tidies the path first. */
const ask = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(site.url);
    request({ hostname, port, path, headers }, async (response) => {
      const chunks = await response.toArray();
      resolve({
        status: response.statusCode!,
        headers: response.headers,
        body: Buffer.concat(chunks).toString(),
      });
    })
      .once('error', reject)
      .end();
  });

const mint = async (id = runId, days = 7) =>
  (await mintLink(results, { keyHex: key, runId: id, days, now })).token;
const redeem = (token: string) => ask('/share/redeem', { 'x-cxai-share': token });
const manifest = `/shared/runs/${runId}/manifest.json`;
const withCookie = (path: string, token: string) => ask(path, { cookie: `other=1; cxai-share=${token}` });

describe('a valid share link', () => {
  it('is redeemed for a cookie of its run, out of reach of scripts, until the link expires', async () => {
    const token = await mint();
    const answer = await redeem(token);
    expect(answer.status).toBe(204);
    expect(answer.headers['set-cookie']).toEqual([
      `cxai-share=${token}; Path=/shared/runs/${runId}/; Max-Age=${7 * 86_400}; HttpOnly; SameSite=Strict`,
    ]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(audit).toEqual([{ event: 'redeemed', link: token.split('.')[2], runId }]);
  });

  it('opens manifest and files of its run', async () => {
    const token = await mint();
    const answer = await withCookie(manifest, token);
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(JSON.parse(answer.body)).toMatchObject({ runId });
    const image = await withCookie(`/shared/runs/${runId}/image.png`, token);
    expect([image.status, image.body]).toEqual([200, `pixels of ${runId}`]);
    expect(image.headers['cache-control']).toBe('private, max-age=3600');
  });

  it.each([
    ['another run', `/shared/runs/${otherRun}/manifest.json`, 403],
    ['the list of runs', '/shared/index.json', 404],
    ['a listing', `/shared/runs/${runId}/`, 404],
    ['the links', '/shared/shares/', 404],
    ['pending marks', '/shared/pending/x', 404],
    ['a way up', `/shared/runs/${runId}/../../index.json`, 404],
    ['a way to another run', `/shared/runs/${runId}/../${otherRun}/image.png`, 403],
    ['an encoded way up', `/shared/runs/${runId}/%2e%2e/%2e%2e/index.json`, 404],
    ['an encoded slash', `/shared/runs/${runId}/..%2f..%2findex.json`, 404],
    ['a backslash', `/shared/runs/${runId}/..\\..\\index.json`, 400],
    ['a doubled slash', `/shared//runs/${runId}/manifest.json`, 404],
    ['another run in the query', `/shared/runs/${otherRun}/manifest.json?run=${runId}`, 403],
  ])('does not open %s', async (_, path, status) => {
    const answer = await withCookie(path, await mint());
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain(otherRun);
  });
});

describe('no file of any run opens for', () => {
  const past = () =>
    mintShareToken(key, { runId, id: 'a'.repeat(16), now: start.getTime() / 1000 - 8 * 86_400 });
  const forged = () =>
    mintShareToken('cd'.repeat(32), { runId, id: 'a'.repeat(16), now: start.getTime() / 1000 });
  const longer = async () => {
    const [run, expires, id, mac] = (await mint()).split('.');
    return `${run}.${Number(expires) + 86_400}.${id}.${mac}`;
  };
  it.each<[string, string, () => string | Promise<string>]>([
    ['nonsense', 'malformed', () => 'open sesame'],
    ['a token of another hospital', 'forged', forged],
    ['an expired token', 'expired', past],
    ['a token moved to another run', 'forged', async () => (await mint()).replace(runId, otherRun)],
    ['a token made to last longer', 'forged', longer],
    ['a token with a character more', 'malformed', async () => `${await mint()}x`],
  ])('%s (%s)', async (_, reason, token) => {
    const value = await token();
    const answers = [await redeem(value), await withCookie(manifest, value)];
    for (const { status, headers, body } of answers) {
      expect([status, headers['set-cookie'], body]).toEqual([403, undefined, '']);
    }
    expect(audit).toEqual([
      { event: 'refused', reason },
      { event: 'refused', reason },
    ]);
  });

  it('nobody', async () => {
    expect((await ask(manifest)).status).toBe(403);
    expect((await ask('/share/redeem')).status).toBe(403);
    expect((await ask(`/share/redeem?x-cxai-share=${await mint()}`)).status).toBe(403);
  });
});

describe('a link in use', () => {
  it('closes when its time has passed', async () => {
    const token = await mint(runId, 30);
    now = new Date(start.getTime() + 30 * day - 1000);
    expect((await withCookie(manifest, token)).status).toBe(200);
    now = new Date(start.getTime() + 30 * day);
    expect((await withCookie(manifest, token)).status).toBe(403);
  });

  it('closes with the next request once it is revoked, and other links of the run stay open', async () => {
    const [token, other] = [await mint(), await mint()];
    expect((await withCookie(manifest, token)).status).toBe(200);
    await revokeLink(results, token.split('.')[2]!, now);
    expect((await withCookie(manifest, token)).status).toBe(403);
    expect((await redeem(token)).status).toBe(403);
    expect(audit.at(-1)).toEqual({ event: 'refused', reason: 'revoked' });
    expect((await withCookie(manifest, other)).status).toBe(200);
  });
});

describe('the list of links', () => {
  it('says which are open, expired and revoked, and holds no token', async () => {
    now = new Date(start.getTime() + 100 * day);
    const tokens = [await mint(runId, 1), await mint(runId, 3), await mint(otherRun, 9)];
    const ids = tokens.map((token) => token.split('.')[2]!);
    await revokeLink(results, ids[2]!, now);
    await revokeLink(results, ids[2]!, now);
    const links = await listLinks(results, new Date(now.getTime() + 2 * day));
    const status = (id: string) => links.find((link) => link.id === id)?.status;
    expect(ids.map(status)).toEqual(['expired', 'open', 'revoked']);
    for await (const { key: name } of results.list('shares/')) {
      const text = new TextDecoder().decode((await results.read(name))!.bytes);
      for (const token of tokens) expect(text).not.toContain(token.split('.')[3]);
    }
  });

  it('knows no link that was not made, and no rejected or unknown run is shared', async () => {
    await expect(revokeLink(results, 'f'.repeat(16), now)).rejects.toThrow(/expected the id of a link/);
    await expect(revokeLink(results, '../index', now)).rejects.toThrow(/expected the id of a link/);
    await expect(mint(rejectedRun)).rejects.toThrow(/got a rejected file/);
    await expect(mint('f'.repeat(32))).rejects.toThrow(/got none/);
    await expect(mint(runId, 31)).rejects.toThrow(/1 to 30 days/);
  });

  it('leaves a link open in its record where the edge did not take the revocation', async () => {
    const id = (await mint()).split('.')[2]!;
    const refused = () => Promise.reject(new Error('edge'));
    await expect(revokeLink(results, id, now, refused)).rejects.toThrow('edge');
    expect((await listLinks(results, now)).find((link) => link.id === id)?.status).toBe('open');
  });
});

describe('the state folder', () => {
  it('keeps the share key between starts, adds it to an older installation, and lets nobody else read it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cxai-secrets-'));
    const first = await loadSecrets(folder);
    expect(await loadSecrets(folder)).toEqual(first);
    const { shareKey, ...older } = first;
    await writeFile(join(folder, 'secrets.json'), JSON.stringify(older));
    const upgraded = await loadSecrets(folder);
    expect(upgraded).toMatchObject(older);
    expect(upgraded.shareKey).toMatch(/^[0-9a-f]{64}$/);
    expect(upgraded.shareKey).not.toBe(shareKey);
    expect(await loadSecrets(folder)).toEqual(upgraded);
    await rm(folder, { recursive: true });
  });

  it('holds one line for each use of a link', async () => {
    await auditShare(directory, { event: 'redeemed', link: 'a' }, start);
    await auditShare(directory, { event: 'revoked', link: 'a' }, start);
    const lines = (await readFile(join(directory, 'share-audit.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { time: start.toISOString(), event: 'redeemed', link: 'a' },
      { time: start.toISOString(), event: 'revoked', link: 'a' },
    ]);
  });
});

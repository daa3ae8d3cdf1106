/** Erasing one run: everything of it goes, nothing of another, and no older version stays. */
import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { forgetCommand, invalidationCommand } from '../../../functions/cli/forget-command.ts';
import { createOutput } from '../../../functions/cli/output.ts';
import { objectEraser, versionEraser } from '../../../functions/forget/eraser.ts';
import { forgetRun } from '../../../functions/forget/forget-run.ts';
import { openLink } from '../../../functions/share/share-links.ts';
import { indexKey, indexPageKey, pendingKey, receiptKey, runKey } from '../../../shared/manifest/keys.ts';
import type { Receipt } from '../../../shared/manifest/receipt.ts';
import type { RunEntry, RunIndex } from '../../../shared/manifest/run-index.ts';
import { mintShareToken } from '../../../shared/sharing/share-token.ts';
import { memoryStore } from './memory-store.ts';
import { runIdOf } from './planned-run.ts';

const erased = runIdOf(1);
const other = runIdOf(2);
const now = new Date('2030-01-01T00:00:00Z');
const keyHex = 'ab'.repeat(32);
const links = { [erased]: '1'.repeat(16), [other]: '2'.repeat(16) };
const json = 'application/json';

const entry = (runId: string): RunEntry => ({
  runId,
  status: 'complete',
  modelId: 'phantom',
  target: 'lesion',
  probability: 0.9,
  methods: 1,
  failedMethods: [],
  error: null,
  finishedAt: now.toISOString(),
});
const index = (pages: number, ...runs: string[]): string =>
  JSON.stringify({ schema: 'cxai.run-index/1', runs: runs.map(entry), pages } satisfies RunIndex);

/** Two runs, each with two uploads, an entry in index and page, a link; and a receipt that nobody can read. */
async function installation() {
  const drop = memoryStore();
  const results = memoryStore();
  for (const runId of [erased, other]) {
    for (const name of ['image.png', 'manifest.json', 'methods/gradients/map.npy']) {
      await results.write(runKey(runId, name), runId, json);
    }
    const share = { schema: 'cxai.share/1', id: links[runId], runId };
    const dates = { createdAt: now.toISOString(), expiresAt: '2030-01-08T00:00:00.000Z' };
    await results.write(`shares/${links[runId]}.json`, JSON.stringify({ ...share, ...dates }), json);
    for (const name of ['a', 'b']) {
      const key = `drop/phantom/DOE ${runId} ${name}.png`;
      const receipt: Receipt = {
        schema: 'cxai.receipt/1',
        key,
        sequencer: '0A',
        runId,
        status: 'planned',
        error: null,
      };
      await drop.write(key, 'pixels', 'image/png');
      await drop.write(receiptKey(key), JSON.stringify(receipt), json);
    }
  }
  await drop.write('receipts/phantom/torn.png.json', 'torn', json);
  await results.write(indexKey, index(1, other, erased), json);
  await results.write(indexPageKey(1), index(0, erased, other), json);
  const erase = { drop: objectEraser(drop), results: objectEraser(results) };
  return { drop, results, erase, deny: undefined, now: () => now };
}

describe('a run that is forgotten', () => {
  it('leaves no object, entry, link, receipt or upload behind, and the other run stays whole', async () => {
    const services = await installation();
    expect(await forgetRun(services, erased)).toEqual({
      runId: erased,
      objects: 3,
      uploads: 2,
      receipts: 2,
      links: 1,
      entries: 2,
      underWay: false,
    });
    for (const store of [services.drop, services.results]) {
      for (const key of store.objects.keys()) expect(`${key} ${store.text(key)}`).not.toContain(erased);
    }
    expect(services.results.text(indexKey)).toBe(index(1, other));
    expect(services.results.text(indexPageKey(1))).toBe(index(0, other));
    expect([...services.drop.objects.keys()].filter((key) => key.includes(other))).toHaveLength(4);
    expect([...services.results.objects.keys()].filter((key) => key.includes(other))).toHaveLength(3);
    expect(services.results.objects.has(`shares/${links[other]}.json`)).toBe(true);
  });

  it('keeps its links closed, should the same picture come again', async () => {
    const services = await installation();
    const claim = { runId: erased, id: links[erased]!, days: 7, now: now.getTime() / 1000 };
    const token = mintShareToken(keyHex, claim);
    expect((await openLink(services.results, keyHex, token, now)).status).toBe('valid');
    await forgetRun(services, erased);
    expect((await openLink(services.results, keyHex, token, now)).status).toBe('revoked');
  });

  it('is not touched where its links cannot be closed', async () => {
    const services = await installation();
    const before = services.results.objects.size;
    const deny = () => Promise.reject(new Error('no store'));
    await expect(forgetRun({ ...services, deny }, erased)).rejects.toThrow('no store');
    expect(services.results.objects.size).toBe(before);
  });

  it('is told to be under way where methods may still write to it', async () => {
    const services = await installation();
    await services.results.remove(runKey(erased, 'manifest.json'));
    await services.results.write(pendingKey(erased), '', 'text/plain');
    expect((await forgetRun(services, erased)).underWay).toBe(true);
    expect(services.results.objects.has(pendingKey(erased))).toBe(false);
  });

  it('leaves nothing for a second time', async () => {
    const services = await installation();
    await forgetRun(services, erased);
    const again = await forgetRun(services, erased);
    expect(again).toMatchObject({ objects: 0, uploads: 0, receipts: 0, links: 0, entries: 0 });
  });
});

/** A versioned bucket that answers two versions a page. */
function versionedBucket(refuses = false) {
  const kept = [
    { Key: 'runs/1/a', VersionId: 'v2', IsLatest: true },
    { Key: 'runs/1/a', VersionId: 'v1', IsLatest: false },
    { Key: 'runs/1/ab', VersionId: 'v1', IsLatest: true },
    { Key: 'runs/2/a', VersionId: 'v1', IsLatest: true },
  ];
  const marker = { Key: 'runs/1/gone', VersionId: 'm1', IsLatest: true };
  let all = [...kept, marker];
  const send = async (command: { input: { Prefix?: string; KeyMarker?: string } }) => {
    if (command instanceof DeleteObjectsCommand) {
      if (refuses) return { Errors: [{ Code: 'AccessDenied' }] };
      const { Objects = [] } = command.input.Delete!;
      all = all.filter(
        (version) =>
          !Objects.some(({ Key, VersionId }) => Key === version.Key && VersionId === version.VersionId),
      );
      return {};
    }
    const from = Number(command.input.KeyMarker ?? 0);
    const listed = [...kept, marker].filter(({ Key }) => Key.startsWith(command.input.Prefix!));
    const page = listed.slice(from, from + 2);
    return {
      Versions: page.filter((version) => version !== marker),
      DeleteMarkers: page.filter((version) => version === marker),
      IsTruncated: from + 2 < listed.length,
      NextKeyMarker: String(from + 2),
    };
  };
  const left = () => all.map(({ Key, VersionId }) => `${Key} ${VersionId}`);
  return { eraser: versionEraser({ send } as unknown as S3Client, 'results'), left };
}

describe('in a bucket with versions', () => {
  it('every version and delete marker below a prefix goes', async () => {
    const { eraser, left } = versionedBucket();
    expect(await eraser.below('runs/1/')).toBe(3);
    expect(left()).toEqual(['runs/2/a v1']);
  });

  it('every version of exactly one key goes', async () => {
    const { eraser, left } = versionedBucket();
    expect(await eraser.object('runs/1/a')).toBe(1);
    expect(left()).toEqual(['runs/1/ab v1', 'runs/2/a v1', 'runs/1/gone m1']);
  });

  it('older versions alone go where the object stays', async () => {
    const { eraser, left } = versionedBucket();
    await eraser.olderVersions('runs/');
    expect(left()).not.toContain('runs/1/a v1');
    expect(left()).toHaveLength(4);
  });

  it('a version that is refused is an error, never a success', async () => {
    const { eraser } = versionedBucket(true);
    await expect(eraser.below('runs/1/')).rejects.toMatchObject({
      code: 'erase-incomplete',
      permanent: false,
    });
  });
});

describe('cxai forget', () => {
  const output = createOutput(true);
  const flags = { state: '/nowhere/state', yes: false };

  it('is wrong use without a run id, and without --yes where nobody can be asked', async () => {
    await expect(forgetCommand('DOE', { ...flags, yes: true }, output)).rejects.toThrow(/expected a run id/);
    await expect(forgetCommand(erased, flags, output, undefined)).rejects.toThrow(/--yes/);
  });

  it('gives the exact command that clears CloudFront of the run', () => {
    const command = invalidationCommand('cxai-example', erased);
    expect(command).toContain(`Comment=='CXAI example'`);
    for (const path of [`/data/runs/${erased}/*`, `/shared/runs/${erased}/*`, '/data/index*']) {
      expect(command).toContain(`'${path}'`);
    }
  });
});

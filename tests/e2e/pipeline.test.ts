import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../functions/common/decode-image.ts';
import { encodePng } from '../../functions/common/encode-png.ts';
import { jsonType, readJson } from '../../functions/common/json-object.ts';
import type { ObjectStore } from '../../functions/common/object-store.ts';
import { runAgreement } from '../../functions/common/run-agreement.ts';
import { readPlan } from '../../functions/common/run-progress.ts';
import { bundledModels, readModelFolder } from '../../functions/local/register-models.ts';
import { pixelDigestOf } from '../../shared/imaging/pixel-digest.ts';
import { cardKey, dropKey, manifestKey, mapName, receiptKey, runKey } from '../../shared/manifest/keys.ts';
import { type ExplainedManifest, manifestSchema } from '../../shared/manifest/manifest.ts';
import { pairwiseAgreement } from '../../shared/metrics/agreement.ts';
import { gpuAboveFlops, planMethods } from '../../shared/pipeline/plan-methods.ts';
import { runIdOf } from '../../shared/pipeline/run-id.ts';
import { readNpy, writeNpy } from '../../shared/tensor/npy.ts';
import { type Harness, readAll, startHarness, threeMethods } from './pipeline-harness.ts';
import { seededPicture } from './seeded-picture.ts';

let harness: Harness;
const logged: string[] = [];
beforeAll(async () => {
  harness = await startHarness({
    topology: { visibilitySeconds: 20, maxReceiveCount: 2 },
    onLog: (line) => void logged.push(line),
  });
});
afterAll(() => harness.close());

const picture = (seed: number): Promise<Uint8Array> => encodePng(seededPicture(seed));

async function runOf(name: string, model?: string): Promise<string> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const receipt = await harness.receipt(name, model);
    if (receipt) return receipt.runId;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no receipt of ${name}`);
}

async function manifestOf(runId: string) {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const stored = await readJson(harness.results, manifestKey(runId), manifestSchema);
    if (stored) return stored.value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no manifest of run ${runId}`);
}

const explained = async (name: string): Promise<ExplainedManifest> => {
  const manifest = await manifestOf(await runOf(name));
  if (manifest.status === 'rejected') throw new Error(manifest.error.message);
  return manifest;
};

describe('a dropped image', () => {
  it('becomes a complete manifest with a raw map of every method', async () => {
    await harness.dropFile('one.png', await picture(1));
    const manifest = await explained('one.png');
    expect(manifest.status).toBe('complete');
    expect(manifest.methods.map(({ method }) => method)).toEqual(threeMethods);
    expect(manifest.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    for (const { method } of manifest.methods) {
      const object = await harness.results.read(runKey(manifest.runId, `methods/${method}/map.npy`));
      const map = readNpy(object!.bytes);
      expect(map.shape).toEqual([128, 128]);
      expect(map.data).toBeInstanceOf(Float32Array);
      expect((map.data as Float32Array).some((value) => value !== 0)).toBe(true);
    }
  });

  it('tells in manifest and index how far its methods agree, from the maps that can be read', async () => {
    await harness.dropFile('agreement.png', await picture(21));
    const manifest = await explained('agreement.png');
    const maps = new Map<string, Float32Array>();
    for (const { method } of manifest.methods) {
      const object = await harness.results.read(runKey(manifest.runId, mapName(method)));
      maps.set(method, readNpy(object!.bytes).data as Float32Array);
    }
    const expected = pairwiseAgreement(maps);
    expect(expected).toHaveLength(3);
    expect(manifest.agreement).toEqual(expected);
    const entry = async () => (await harness.runs()).find(({ runId }) => runId === manifest.runId);
    const overlap = expected.reduce((sum, { topOverlap }) => sum + topOverlap, 0) / 3;
    await expect.poll(async () => (await entry())?.disagreement).toBeCloseTo(1 - overlap, 12);

    const plan = (await readPlan(harness.results, manifest.runId))!;
    const [missing, broken] = [manifest.methods[1]!.method, manifest.methods[2]!.method];
    const poorer = (lost: string, bytes: Uint8Array | undefined): ObjectStore => ({
      ...harness.results,
      read: async (key) => {
        const object = await harness.results.read(key);
        if (!key.endsWith(mapName(lost))) return object;
        return bytes && { ...object!, bytes };
      },
    });
    const pairs = async (store: ObjectStore) =>
      (await runAgreement(store, plan, manifest.methods))?.map(({ methods }) => methods);
    const [first] = manifest.methods;
    expect(await pairs(poorer(missing, undefined))).toEqual([[first!.method, broken]]);
    for (const bytes of [new Uint8Array(9), writeNpy({ shape: [1, 2], data: Float32Array.of(1, 2) })]) {
      expect(await pairs(poorer(broken, bytes))).toEqual([[first!.method, missing]]);
    }
    expect(
      await runAgreement(harness.results, { ...plan, metrics: 'none' }, manifest.methods),
    ).toBeUndefined();
  });

  it('is the same run under another name, and nothing is computed again', async () => {
    await harness.dropFile('first.png', await picture(2));
    const before = await explained('first.png');
    await harness.dropFile('second.png', await picture(2));
    expect(await runOf('second.png')).toBe(before.runId);
    expect(await manifestOf(before.runId)).toEqual(before);
  });

  it('leaves no file name in the results and the logs: not in keys, not in contents, whatever goes wrong', async () => {
    const torn = receiptKey(dropKey('phantom', 'DOE JANE 1972.png'));
    await harness.drop.write(torn, '{"schema":"DOE JANE"}', jsonType);
    await harness.dropFile('DOE JANE 1972.png', new TextEncoder().encode('DOE JANE'));
    await expect.poll(() => harness.receipt('DOE JANE 1972.png').catch(() => undefined)).toBeDefined();
    await manifestOf(await runOf('DOE JANE 1972.png'));
    await harness.dropFile('DOE.png', await picture(3), 'JANE');
    await manifestOf(await runOf('DOE.png', 'JANE'));
    await harness.dropFile('DOE JANE 1970.png', await picture(3));
    await explained('DOE JANE 1970.png');
    await harness.dropFile('DOE JANE 1971.png', new Uint8Array());
    await manifestOf(await runOf('DOE JANE 1971.png'));
    for (const [key, bytes] of await readAll(harness.results, '')) {
      expect(`${key}\n${new TextDecoder('latin1').decode(bytes)}`).not.toMatch(/DOE|JANE/);
    }
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join('\n')).not.toMatch(/DOE|JANE/);
  });
});

describe('a file that cannot be taken in is rejected with its reason, and the next one works', () => {
  const text = new TextEncoder().encode('not an image at all, sorry');
  it.each<[string, string, () => Promise<Uint8Array>]>([
    ['empty.png', 'image-empty', async () => new Uint8Array()],
    ['truncated.png', 'image-truncated', async () => (await picture(4)).subarray(0, 900)],
    ['letter.png', 'image-format', async () => text],
    ['scan.png.tmp', 'temporary-name', () => picture(5)],
    ['folder/', 'folder-object', async () => new Uint8Array()],
  ])('%s: %s', async (name, code, bytes) => {
    await harness.dropFile(name, await bytes());
    const manifest = await manifestOf(await runOf(name));
    expect(manifest).toMatchObject({
      status: 'rejected',
      modelId: 'phantom',
      error: { code, permanent: true },
    });
    expect(manifest.error!.remedy).toBeTruthy();
  });

  it('a folder of no known model lists the models there are', async () => {
    await harness.dropFile('a.png', await picture(6), 'unknown-model');
    const manifest = await manifestOf(await runOf('a.png', 'unknown-model'));
    expect(manifest).toMatchObject({ status: 'rejected', modelId: null, error: { code: 'model-unknown' } });
    expect(manifest.error!.message).toContain('phantom');
  });

  it('all of them stand in the run index beside the good ones', async () => {
    await harness.dropFile('good.png', await picture(7));
    const { runId } = await explained('good.png');
    const rejected = new Set(['empty.png', 'truncated.png', 'letter.png', 'scan.png.tmp', 'folder/']);
    const ids = await Promise.all([...rejected].map((name) => runOf(name)));
    await expect
      .poll(async () => (await harness.runs()).map((entry) => entry.runId))
      .toEqual(expect.arrayContaining([runId, ...ids]));
  });
});

describe('an object of ours that cannot be read', () => {
  it('is no reason to reject the file where it is the receipt: that is written anew', async () => {
    await harness.drop.write(receiptKey(dropKey('phantom', 'again.png')), '{"schema":"later"}', jsonType);
    await harness.dropFile('again.png', await picture(9));
    await expect.poll(() => harness.receipt('again.png').catch(() => undefined)).toBeDefined();
    expect((await explained('again.png')).status).toBe('complete');
  });

  it('gives a file up after some tries where it is the card, and says nothing of the card', async () => {
    await harness.results.write(cardKey('torn'), '{"schema":"later"}', jsonType);
    await harness.dropFile('a.png', await picture(10), 'torn');
    const manifest = await manifestOf(await runOf('a.png', 'torn'));
    expect(manifest).toMatchObject({ status: 'rejected', error: { code: 'ingest-given-up' } });
    await harness.results.remove(cardKey('torn'));
  });
});

describe('a fault that does not pass', () => {
  it('ends in the dead-letter queue, and its run as partial with the reason', async () => {
    const bytes = await picture(8);
    const runId = await expectedRunId(bytes);
    harness.pipeline.cloud.faults.set({
      rules: [
        {
          fault: 'slow-down',
          operation: 'PutObject',
          resource: `cxai-results/${runKey(runId, mapName('smoothgrad'))}`,
        },
      ],
    });
    await harness.dropFile('faulty.png', bytes);
    const manifest = await explained('faulty.png');
    harness.pipeline.cloud.faults.clear();
    expect(manifest).toMatchObject({ runId, status: 'partial' });
    expect(manifest.methods.find(({ method }) => method === 'smoothgrad')).toMatchObject({
      status: 'failed',
      error: { code: 'object-store-unavailable', permanent: false },
    });
    expect(manifest.methods.filter(({ status }) => status === 'complete')).toHaveLength(2);
  }, 60_000);
});

/** The run id before the run: content-addressed, so it can be known. */
async function expectedRunId(bytes: Uint8Array): Promise<string> {
  const { card } = await readModelFolder(join(bundledModels, 'phantom'));
  const methods = planMethods(
    threeMethods.map((method) => ({ method })),
    { seed: 0, forwardFlops: 0, rule: { gpu: false, gpuAbove: gpuAboveFlops } },
  );
  return runIdOf(pixelDigestOf(await decodeImage(bytes)), card, methods, { seed: 0, metrics: 'quick' });
}

/** The canary against the pipeline of `npm start`: what it sees when all is well, and when something is not. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { handler } from '../../functions/canary/handler.ts';
import { probePipeline } from '../../functions/canary/probe-pipeline.ts';
import { encodePng } from '../../functions/common/encode-png.ts';
import { readJson } from '../../functions/common/json-object.ts';
import { bundledModels, readModelFolder, registerModel } from '../../functions/local/register-models.ts';
import { manifestKey } from '../../shared/manifest/keys.ts';
import { manifestSchema } from '../../shared/manifest/manifest.ts';
import { canaryModel, isCanaryRun } from '../../shared/pipeline/canary.ts';
import { type Harness, startHarness, threeMethods } from './pipeline-harness.ts';
import { seededPicture } from './seeded-picture.ts';

let harness: Harness;
const logged: string[] = [];
const probe = (picture: number, withinSeconds: number) =>
  probePipeline({ ...harness, picture, withinSeconds, everyMilliseconds: 50 });

beforeAll(async () => {
  harness = await startHarness({ workers: 1, onLog: (line) => void logged.push(line) });
  const { cloud, topology } = harness.pipeline;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
    CXAI_DROP_BUCKET: topology.dropBucket,
    CXAI_RESULTS_BUCKET: topology.resultsBucket,
    CXAI_CPU_QUEUE_URL: topology.queues.cpu,
    CXAI_CANARY_SECONDS: '30',
  });
});
afterAll(() => harness?.close());

describe('the canary', () => {
  it('tells a file that was not taken in, with the code', async () => {
    expect(await probe(1, 30)).toMatchObject({ outcome: 'rejected', codes: ['model-unknown'] });
  });

  it('finds its run complete, another one each time, and writes it as metrics', async () => {
    const { card, bytes } = await readModelFolder(join(bundledModels, 'phantom'));
    await registerModel(harness.results, { card: { ...card, id: canaryModel }, bytes });
    const lines: string[] = [];
    const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const first = await handler().finally(() => out.mockRestore());
    expect(first).toMatchObject({ outcome: 'complete', codes: [] });
    expect(lines.join('')).toMatch(
      /"service":"canary"[\s\S]*"CanaryFailures":0[\s\S]*"CanaryMilliseconds":\d/,
    );
    const second = await probe(2, 30);
    expect(second.outcome).toBe('complete');
    expect(second.runId).not.toBe(first.runId);
  });

  it('leaves runs that expire by their name, with every method, and none of them in the gallery', async () => {
    const { runId } = await probe(3, 30);
    expect(isCanaryRun(runId!)).toBe(true);
    const manifest = (await readJson(harness.results, manifestKey(runId!), manifestSchema))!.value;
    expect(manifest).toMatchObject({
      status: 'complete',
      methods: threeMethods.map((method) => ({ method })),
    });
    await harness.dropFile('real.png', await encodePng(seededPicture(4)));
    const listed = await harness.waitForRuns(1);
    expect(listed.map(({ modelId }) => modelId)).toEqual(['phantom']);
  });

  it('is followed by one trace id from the upload to the manifest, in every log line on the way', async () => {
    logged.length = 0;
    const { runId } = await probe(5, 30);
    const { provenance } = (await readJson(harness.results, manifestKey(runId!), manifestSchema))!.value;
    const traced = () =>
      logged.flatMap((line) => {
        const { message, traceId } = JSON.parse(line);
        return traceId === provenance.traceId ? [message] : [];
      });
    await expect.poll(traced).toEqual(['ingested', ...threeMethods.map(() => 'explained')]);
  });

  it('tells how far an upload came when the pipeline stands still', async () => {
    expect(await probe(6, 0)).toMatchObject({ outcome: 'no-receipt', runId: null });
    // A store in which no manifest ever appears.
    const { outcome, runId } = await probePipeline({
      ...harness,
      results: harness.drop,
      picture: 7,
      withinSeconds: 3,
      everyMilliseconds: 50,
    });
    expect([outcome, isCanaryRun(runId!)]).toEqual(['no-manifest', true]);
  });
});

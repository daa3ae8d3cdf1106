/**
 * The functions' image, built here from its Dockerfile and driven as Lambda drives it, with a real slice and a real
 * 224² model: `npm run test:containers`. Figures are printed; see infra/README.md.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsClients } from '../../functions/common/aws-clients.ts';
import { inferCard } from '../../functions/common/infer-card.ts';
import { readJson } from '../../functions/common/json-object.ts';
import { createObjectStore, type ObjectStore } from '../../functions/common/object-store.ts';
import { createOnnxRuntimeRunner } from '../../functions/common/onnxruntime-runner.ts';
import { type RunningCloud, startCloud } from '../../functions/local/cloud/start-cloud.ts';
import { registerModel } from '../../functions/local/register-models.ts';
import { createTopology, type Topology } from '../../functions/local/topology.ts';
import { dropKey, manifestKey, receiptKey } from '../../shared/manifest/keys.ts';
import { manifestSchema } from '../../shared/manifest/manifest.ts';
import { receiptSchema } from '../../shared/manifest/receipt.ts';
import { buildCpuImage, type Container, missing, startFunction } from './image.ts';
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const modelFile = join(data, 'models/onnx/brain_tumor_anas436_224x224x3.onnx');
const pictures = join(data, 'brain_mri/br35h/no_tumour');
const lacking =
  (await missing()) ?? ((await readFile(modelFile).catch(() => null)) ? undefined : `no ${modelFile}`);
const credentials = { accessKeyId: 'LOCALTEST', secretAccessKey: 'not-a-secret' };
const methods = ['gradients', 'integrated-gradients'];
const figures: string[] = [];

let directory: string;
let cloud: RunningCloud;
let topology: Topology;
let drop: ObjectStore;
let results: ObjectStore;
let clients: ReturnType<typeof createAwsClients>;

beforeAll(async () => {
  if (lacking) return;
  const began = performance.now();
  const { bytes, baseBytes } = await buildCpuImage();
  const megabytes = (size: number) => `${(size / 1e6).toFixed(0)} MB`;
  figures.push(
    `image ${megabytes(bytes)}, of it ours ${megabytes(bytes - baseBytes)}, built in ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  directory = await mkdtemp(join(tmpdir(), 'cxai-container-'));
  cloud = await startCloud({ directory, credentials });
  clients = createAwsClients({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
  topology = await createTopology(clients);
  drop = createObjectStore(clients.s3, topology.dropBucket);
  results = createObjectStore(clients.s3, topology.resultsBucket);
  const model = new Uint8Array(await readFile(modelFile));
  const facts = { id: 'brain', range: [0, 1], classes: ['no tumor', 'tumor'] };
  const { card } = await inferCard(model, createOnnxRuntimeRunner({ threads: 1 }), facts);
  expect([card.input.height, card.input.width]).toEqual([224, 224]);
  await registerModel(results, { card, bytes: model });
}, 1_500_000);
afterAll(async () => {
  await cloud?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
  if (figures.length > 0) process.stdout.write(`${figures.join('\n')}\n`);
});

interface Started {
  readonly api: RuntimeApi;
  readonly container: Container;
}

async function start(handler: string): Promise<Started> {
  const api = await startRuntimeApi();
  const began = performance.now();
  const container = await startFunction(`${handler}.handler`, {
    AWS_LAMBDA_RUNTIME_API: api.address,
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    CXAI_DROP_BUCKET: topology.dropBucket,
    CXAI_RESULTS_BUCKET: topology.resultsBucket,
    CXAI_CPU_QUEUE_URL: topology.queues.cpu,
    CXAI_METHODS: methods.join(','),
    CXAI_METRICS: 'none',
  });
  await api.firstPoll;
  figures.push(`${handler}: start to first poll ${(performance.now() - began).toFixed(0)} ms`);
  return { api, container };
}

async function stop({ api, container }: Started): Promise<string> {
  const logs = await container.logs();
  await container.remove();
  await api.close();
  return logs;
}

/** What lies in a queue, as Lambda would hand it to a function. */
async function recordsOf(queueUrl: string) {
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 5,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ MessageId, Body, Attributes }) => ({
    messageId: MessageId,
    body: Body,
    attributes: Attributes,
  }));
}

describe.skipIf(lacking)(`the image of the functions${lacking ? ` (skipped: ${lacking})` : ''}`, () => {
  it('takes a real slice in, explains it and ends its run', async () => {
    const [name] = await readdir(pictures);
    const key = dropKey('brain', 'slice.jpg');
    await drop.write(key, await readFile(join(pictures, name!)), 'image/jpeg');
    const ingest = await start('ingest');
    const taken = await ingest.api.invoke({ Records: await recordsOf(topology.queues.ingest) });
    const ingestLogs = await stop(ingest);
    expect([taken, ingestLogs]).toEqual([{ batchItemFailures: [] }, expect.stringContaining('planned')]);
    const { runId } = (await readJson(drop, receiptKey(key), receiptSchema))!.value;

    const explain = await start('explain');
    for (const record of await recordsOf(topology.queues.cpu)) {
      const began = performance.now();
      expect(await explain.api.invoke({ Records: [record] })).toEqual({ batchItemFailures: [] });
      const { method } = JSON.parse(record.body!);
      figures.push(`${method} on 224²: ${(performance.now() - began).toFixed(0)} ms in the container`);
    }
    expect(await stop(explain)).toContain('"MethodDuration"');
    const manifest = (await readJson(results, manifestKey(runId), manifestSchema))!.value;
    expect(manifest).toMatchObject({ status: 'complete', model: { id: 'brain' } });
  }, 300_000);
});

/**
 * `cxai start`: the whole system on this machine. Starts the embedded cloud, the workers and the site, takes
 * in the bundled samples, watches the drop folder and says what happens to each file.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { SQSRecord } from 'aws-lambda';
import { dropKey } from '../../shared/manifest/keys.ts';
import { createObjectStore } from '../common/object-store.ts';
import { uploadsOf } from '../ingest/upload-events.ts';
import { type DropFolder, watchDropFolder } from './drop-folder.ts';
import { startEventSource } from './event-source.ts';
import { createFileReport, type FileOutcome } from './file-report.ts';
import { announce, loadSecrets, withdraw } from './local-state.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import { bundledModels, modelFolders, readModelFolder, registerModel } from './register-models.ts';
import { buildSite, siteRoot } from './site-build.ts';
import { startSite } from './site-server.ts';

export interface StartOptions {
  readonly state: string;
  readonly drop: string;
  readonly models: string;
  readonly port: number;
  readonly workers: number | undefined;
  readonly methods: readonly string[] | undefined;
  readonly samples: boolean;
  readonly events: StartEvents;
}

/** What a start tells its console. */
export interface StartEvents {
  readonly note: (text: string) => void;
  readonly uploaded: (name: string, bytes: number) => void;
  readonly outcome: (outcome: FileOutcome, seconds: number | undefined) => void;
  readonly problem: (name: string, error: unknown) => void;
  readonly log: (line: string) => void;
}

export interface Started {
  readonly site: string;
  readonly models: readonly string[];
  readonly pipeline: Pipeline;
  close(): Promise<void>;
}

export async function start(options: StartOptions): Promise<Started> {
  const { state, events } = options;
  const built = buildSite();
  built.catch(() => undefined);
  const uploadedAt = new Map<string, number>();
  const secrets = await loadSecrets(state);
  let handled: (queue: string, records: readonly SQSRecord[]) => void = () => undefined;
  const pipeline = await startPipeline({
    directory: state,
    secrets,
    workers: options.workers,
    methods: options.methods,
    commit: await currentCommit(),
    onLog: events.log,
    onHandled: (queue, records) => handled(queue, records),
  });
  const { clients, topology } = pipeline;
  const drop = createObjectStore(clients.s3, topology.dropBucket);
  const results = createObjectStore(clients.s3, topology.resultsBucket);
  const report = createFileReport(drop, results, (outcome) => {
    const since = uploadedAt.get(outcome.name);
    events.outcome(outcome, since === undefined ? undefined : (performance.now() - since) / 1000);
  });
  handled = (queue, records) => {
    if (queue !== 'catalog') return;
    for (const { key } of records.flatMap((record) => uploadsOf(record.body))) {
      void report.finished(key.split('/')[1]!).catch((error: unknown) => events.problem('', error));
    }
  };
  const receipts = startEventSource(clients.sqs, {
    queueUrl: topology.queues.receipts,
    batchSize: 10,
    concurrency: 1,
    retryDelaySeconds: 1,
    invoke: async ({ Records }) => {
      for (const { key } of Records.flatMap((record) => uploadsOf(record.body))) await report.received(key);
      return null;
    },
  });
  const models = await registerAll(options, results);
  const site = await startSite({
    s3: clients.s3,
    resultsBucket: topology.resultsBucket,
    root: siteRoot,
    port: options.port,
  });
  await Promise.all([built, pipeline.ready]);
  await announce(state, {
    processId: process.pid,
    endpoint: pipeline.cloud.endpoint,
    site: site.url,
    dropBucket: topology.dropBucket,
    resultsBucket: topology.resultsBucket,
  });
  const folder = await watchFolder(options, pipeline, models, uploadedAt);
  if (options.samples) await dropSamples(pipeline, uploadedAt);
  return {
    site: site.url,
    models,
    pipeline,
    async close() {
      await withdraw(state);
      await Promise.all([folder.close(), receipts.stop(), site.close()]);
      await pipeline.close();
    },
  };
}

async function registerAll(
  { models, events }: StartOptions,
  results: ReturnType<typeof createObjectStore>,
): Promise<string[]> {
  const ids: string[] = [];
  for (const folder of [...(await modelFolders(bundledModels)), ...(await modelFolders(models))]) {
    try {
      const model = await readModelFolder(folder);
      await registerModel(results, model);
      ids.push(model.card.id);
    } catch (error) {
      events.problem(folder, error);
    }
  }
  return ids;
}

async function watchFolder(
  { drop, events }: StartOptions,
  { clients, topology }: Pipeline,
  models: readonly string[],
  uploadedAt: Map<string, number>,
): Promise<DropFolder> {
  await Promise.all(models.map((id) => mkdir(join(drop, id), { recursive: true })));
  const folder = watchDropFolder({
    s3: clients.s3,
    bucket: topology.dropBucket,
    folder: resolve(drop),
    onUploaded: (name, bytes) => {
      uploadedAt.set(name, performance.now());
      events.uploaded(name, bytes);
    },
    onError: events.problem,
  });
  await folder.ready;
  return folder;
}

/** The bundled phantoms go straight into the drop bucket; known ones cost nothing (runs are content-addressed). */
async function dropSamples({ clients, topology }: Pipeline, uploadedAt: Map<string, number>): Promise<void> {
  const drop = createObjectStore(clients.s3, topology.dropBucket);
  const folder = join(bundledModels, 'phantom', 'samples');
  const files = (await readdir(folder)).filter((file) => /^sample-\d+\.png$/.test(file)).sort();
  for (const file of files) {
    uploadedAt.set(`phantom/${file}`, performance.now());
    await drop.write(dropKey('phantom', file), await readFile(join(folder, file)), 'image/png');
  }
}

async function currentCommit(): Promise<string> {
  const answer = await promisify(execFile)('git', ['rev-parse', '--short=12', 'HEAD'], {
    cwd: bundledModels,
  }).catch(() => undefined);
  return answer?.stdout.trim() ?? 'unknown';
}

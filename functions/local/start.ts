/**
 * `cxai start`: the whole system on this machine. Starts the embedded cloud, the workers and the site, takes
 * in the bundled samples, watches the drop folder and says what happens to each file.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { SQSRecord } from 'aws-lambda';
import { PermanentFault } from '../../shared/errors.ts';
import { dropKey } from '../../shared/manifest/keys.ts';
import type { MetricsLevel } from '../../shared/manifest/trust-metrics.ts';
import { createObjectStore } from '../common/object-store.ts';
import { uploadsOf } from '../ingest/upload-events.ts';
import type { ShareDoor } from '../share/shared-files.ts';
import { type DropFolder, watchDropFolder } from './drop-folder.ts';
import { type EventSource, startEventSource } from './event-source.ts';
import { createFileReport, type FileOutcome, type FileReport } from './file-report.ts';
import { announce, auditShare, findRunning, loadSecrets, withdraw } from './local-state.ts';
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
  readonly metrics: MetricsLevel;
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
  const started = new AsyncDisposableStack();
  try {
    return await startAll(options, started);
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

/** Whatever was started stands on `opened`, so that it ends in reverse order, also where a later part fails. */
async function startAll(options: StartOptions, opened: AsyncDisposableStack): Promise<Started> {
  const { state, events } = options;
  await refuseSecondStart(state);
  const built = buildSite();
  built.catch(() => undefined);
  const uploadedAt = new Map<string, number>();
  let report: FileReport | undefined;
  const secrets = await loadSecrets(state);
  const pipeline = await startPipeline({
    directory: state,
    secrets,
    workers: options.workers,
    methods: options.methods,
    metrics: options.metrics,
    commit: await currentCommit(),
    onLog: events.log,
    onHandled: (queue, records) => {
      if (queue === 'catalog' && report) tellFinished(report, records, events);
    },
  });
  opened.defer(() => pipeline.close());
  const { clients, topology } = pipeline;
  const results = createObjectStore(clients.s3, topology.resultsBucket);
  report = createFileReport(createObjectStore(clients.s3, topology.dropBucket), results, (outcome) => {
    const since = uploadedAt.get(outcome.name);
    events.outcome(outcome, since === undefined ? undefined : (performance.now() - since) / 1000);
  });
  const receipts = listenForReceipts(pipeline, report);
  opened.defer(() => receipts.stop());
  const models = await registerAll(options, results);
  await Promise.all([built, pipeline.ready]);
  const { dropBucket, resultsBucket } = topology;
  const share: ShareDoor = {
    results,
    keyHex: secrets.shareKey,
    now: () => new Date(),
    audit: (entry) => void auditShare(state, entry).catch((error) => events.problem('share audit', error)),
  };
  const site = await startSite({ s3: clients.s3, resultsBucket, root: siteRoot, port: options.port, share });
  opened.defer(() => site.close());
  const { endpoint } = pipeline.cloud;
  await announce(state, { processId: process.pid, endpoint, site: site.url, dropBucket, resultsBucket });
  opened.defer(() => withdraw(state));
  const folder = await watchFolder(options, pipeline, models, uploadedAt);
  opened.defer(() => folder.close());
  if (options.samples) await dropSamples(pipeline, uploadedAt);
  return { site: site.url, models, pipeline, close: () => opened.disposeAsync() };
}

async function refuseSecondStart(state: string): Promise<void> {
  const running = await findRunning(state);
  if (!running) return;
  throw new PermanentFault(`start: expected a state folder of its own, got ${state}, which is in use`, {
    code: 'already-running',
    remedy: `It runs already: ${running.site}. Stop it, or start a second one with --state <folder> --drop <folder>.`,
  });
}

function tellFinished(report: FileReport, records: readonly SQSRecord[], events: StartEvents): void {
  for (const { key } of records.flatMap((record) => uploadsOf(record.body))) {
    report.finished(key.split('/')[1]!).catch((error: unknown) => events.problem('', error));
  }
}

function listenForReceipts({ clients, topology }: Pipeline, report: FileReport): EventSource {
  return startEventSource(clients.sqs, {
    queueUrl: topology.queues.receipts,
    batchSize: 10,
    concurrency: 1,
    retryDelaySeconds: 1,
    visibilitySeconds: topology.visibilitySeconds,
    invoke: async ({ Records }) => {
      for (const { key } of Records.flatMap((record) => uploadsOf(record.body))) await report.received(key);
      return null;
    },
  });
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

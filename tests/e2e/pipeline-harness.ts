/** The whole local pipeline in a folder of its own, for tests and benchmarks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from '../../functions/common/json-object.ts';
import { createObjectStore, type ObjectStore } from '../../functions/common/object-store.ts';
import { loadSecrets } from '../../functions/local/local-state.ts';
import { type Pipeline, type PipelineOptions, startPipeline } from '../../functions/local/pipeline.ts';
import { bundledModels, readModelFolder, registerModel } from '../../functions/local/register-models.ts';
import { dropKey, indexKey, indexPageKey, receiptKey } from '../../shared/manifest/keys.ts';
import { type Receipt, receiptSchema } from '../../shared/manifest/receipt.ts';
import { type RunEntry, runIndexSchema } from '../../shared/manifest/run-index.ts';

export interface Harness {
  readonly pipeline: Pipeline;
  readonly directory: string;
  readonly drop: ObjectStore;
  readonly results: ObjectStore;
  dropFile(name: string, bytes: Uint8Array, model?: string): Promise<void>;
  receipt(name: string, model?: string): Promise<Receipt | undefined>;
  /** Every run of the index and its pages. */
  runs(): Promise<RunEntry[]>;
  /** Resolves with the runs when there are `count` of them. */
  waitForRuns(count: number, timeoutSeconds?: number): Promise<RunEntry[]>;
  close(): Promise<void>;
}

/** Few and quick: what is under test here is the pipeline. */
export const threeMethods = ['gradients', 'integrated-gradients', 'smoothgrad'];

export async function startHarness(options: Partial<PipelineOptions> = {}): Promise<Harness> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'cxai-test-')));
  const pipeline = await startPipeline({
    methods: threeMethods,
    ...options,
    directory,
    secrets: await loadSecrets(directory),
  });
  const drop = createObjectStore(pipeline.clients.s3, pipeline.topology.dropBucket);
  const results = createObjectStore(pipeline.clients.s3, pipeline.topology.resultsBucket);
  await registerModel(results, await readModelFolder(join(bundledModels, 'phantom')));
  await pipeline.ready;
  const runs = () => allRuns(results);
  return {
    pipeline,
    directory,
    drop,
    results,
    runs,
    dropFile: (name, bytes, model = 'phantom') =>
      drop.write(dropKey(model, name), bytes, 'application/octet-stream'),
    receipt: async (name, model = 'phantom') =>
      (await readJson(drop, receiptKey(dropKey(model, name)), receiptSchema))?.value,
    async waitForRuns(count, timeoutSeconds = 60) {
      const deadline = performance.now() + timeoutSeconds * 1000;
      for (;;) {
        const found = await runs();
        if (found.length >= count) return found;
        if (performance.now() > deadline) {
          throw new Error(`expected ${count} runs within ${timeoutSeconds} s, got ${found.length}`);
        }
        await sleep(Math.min(500, 50 + found.length));
      }
    },
    async close() {
      await pipeline.close();
      if (!options.directory) await rm(directory, { recursive: true, force: true });
    },
  };
}

async function allRuns(results: ObjectStore): Promise<RunEntry[]> {
  const head = (await readJson(results, indexKey, runIndexSchema))?.value;
  if (!head) return [];
  const pages = Array.from({ length: head.pages }, (_, page) => indexPageKey(page + 1));
  const older = await Promise.all(pages.map((key) => readJson(results, key, runIndexSchema)));
  return [...head.runs, ...older.flatMap((page) => page?.value.runs ?? [])];
}

/** Every object of a bucket below `prefix`: key → bytes. */
export async function readAll(store: ObjectStore, prefix: string): Promise<Map<string, Uint8Array>> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  const objects = new Map<string, Uint8Array>();
  for (const key of keys) objects.set(key, (await store.read(key))!.bytes);
  return objects;
}

/**
 * Many drops twice: undisturbed, and with workers killed at random while events are duplicated, delayed and
 * reordered and the store throttles, conflicts and drops answers. Both must leave the same objects.
 */
import { createHash } from 'node:crypto';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { encodePng } from '../../functions/common/encode-png.ts';
import { type Harness, readAll, startHarness } from './pipeline-harness.ts';
import { seededPicture } from './seeded-picture.ts';

export interface ChaosOptions {
  readonly drops: number;
  readonly seed: number;
  /** Mean milliseconds between two kills. */
  readonly killEvery: number;
}

export interface ChaosReport {
  readonly complete: number;
  readonly kills: number;
  readonly faultsStruck: readonly number[];
  readonly seconds: { readonly calm: number; readonly disturbed: number };
  /** Keys that are missing, extra or of other bytes in the disturbed run. */
  readonly differences: readonly string[];
  readonly leftOver: readonly string[];
}

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const pictures = await Promise.all(
    Array.from({ length: options.drops }, (_, index) => encodePng(seededPicture(options.seed + index))),
  );
  const calm = await runOnce(pictures, async () => ({ kills: 0, stop: () => undefined }));
  const disturbed = await runOnce(pictures, (harness) => disturb(harness, options));
  return {
    complete: disturbed.complete,
    kills: disturbed.kills,
    faultsStruck: disturbed.faultsStruck,
    seconds: { calm: calm.seconds, disturbed: disturbed.seconds },
    differences: differences(calm.objects, disturbed.objects),
    leftOver: disturbed.leftOver,
  };
}

interface Disturbance {
  kills: number;
  stop(): void;
}

async function runOnce(pictures: readonly Uint8Array[], begin: (harness: Harness) => Promise<Disturbance>) {
  const topology = { visibilitySeconds: 20, maxReceiveCount: 10 };
  const harness = await startHarness({ topology, metrics: 'none' });
  try {
    const started = performance.now();
    const disturbance = await begin(harness);
    for (const [index, picture] of pictures.entries()) await harness.dropFile(`${index}.png`, picture);
    const runs = await harness.waitForRuns(pictures.length, 900);
    disturbance.stop();
    const seconds = (performance.now() - started) / 1000;
    const faultsStruck = harness.pipeline.cloud.faults.struck();
    harness.pipeline.cloud.faults.clear();
    const leftOver = await settle(harness);
    return {
      seconds,
      kills: disturbance.kills,
      faultsStruck,
      leftOver,
      complete: runs.filter(({ status }) => status === 'complete').length,
      objects: await fingerprints(harness),
    };
  } finally {
    await harness.close();
  }
}

async function disturb(harness: Harness, { seed, killEvery }: ChaosOptions): Promise<Disturbance> {
  harness.pipeline.cloud.faults.set({
    seed,
    rules: [
      { fault: 'duplicate-event', probability: 0.2, copies: 2 },
      { fault: 'delay-event', probability: 0.2, milliseconds: 400 },
      { fault: 'reorder-events', probability: 0.5, milliseconds: 800 },
      { fault: 'slow-down', probability: 0.02 },
      { fault: 'conflict', probability: 0.05 },
      { fault: 'drop-answer', probability: 0.02 },
    ],
  });
  const disturbance = { kills: 0, stop: () => clearTimeout(timer) };
  let draw = 0;
  const next = (): number =>
    createHash('sha256').update(`${seed} kill ${draw++}`).digest().readUInt32BE() / 2 ** 32;
  const kill = (): void => {
    const { explainers, controllers } = harness.pipeline;
    const processes = [...explainers.processIds(), ...controllers.processIds()];
    const victim = processes[Math.floor(next() * processes.length)];
    if (victim !== undefined) {
      process.kill(victim, 'SIGKILL');
      disturbance.kills += 1;
    }
    timer = setTimeout(kill, 2 * killEvery * next());
  };
  let timer = setTimeout(kill, killEvery);
  return disturbance;
}

/** Waits until nothing moves any more; names what is left in queues, dead letters and `pending/`. */
async function settle({ pipeline, results }: Harness): Promise<string[]> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const left: string[] = [];
    for (const [name, url] of Object.entries(pipeline.topology.queues)) {
      if (name === 'receipts') continue;
      const { Attributes } = await pipeline.clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
      );
      const waiting = Number(Attributes?.ApproximateNumberOfMessages);
      const inFlight = Number(Attributes?.ApproximateNumberOfMessagesNotVisible);
      if (waiting + inFlight > 0) left.push(`${name}: ${waiting} waiting, ${inFlight} in flight`);
    }
    for await (const { key } of results.list('pending/')) left.push(key);
    if (left.length === 0 || performance.now() > deadline) return left;
    await pipeline.controllers.invoke('sweep', {});
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const volatile = new Set(['milliseconds', 'attempts', 'finishedAt', 'createdAt', 'traceId']);

/** SHA-256 of every object of the runs; times, attempts and trace ids of JSON objects are left out. */
async function fingerprints({ results }: Harness): Promise<Map<string, string>> {
  const prints = new Map<string, string>();
  for (const [key, bytes] of await readAll(results, 'runs/')) {
    if (key.endsWith('/last-fault.json')) continue;
    const content = key.endsWith('.json')
      ? JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), (name, value: unknown) =>
          volatile.has(name) ? undefined : value,
        )
      : bytes;
    prints.set(key, createHash('sha256').update(content).digest('hex'));
  }
  return prints;
}

function differences(calm: ReadonlyMap<string, string>, disturbed: ReadonlyMap<string, string>): string[] {
  return [...new Set([...calm.keys(), ...disturbed.keys()])].filter(
    (key) => calm.get(key) !== disturbed.get(key),
  );
}

/**
 * `cxai redrive`: runs what failed again. `--list` says what there is: failed methods of runs, and messages that lie
 * in dead-letter queues; RUN with `--list` shows one run; RUN alone runs its failed methods again.
 */

import { PermanentFault } from '../../shared/errors.ts';
import { indexKey, indexPageKey } from '../../shared/manifest/keys.ts';
import type { RunEntry } from '../../shared/manifest/run-index.ts';
import { runIndexSchema } from '../../shared/manifest/run-index.ts';
import { readJson } from '../common/json-object.ts';
import { createTaskQueue } from '../common/task-queue.ts';
import {
  countDeadLetters,
  type DeadLetterSource,
  queueUrl,
  returnDeadLetters,
} from '../redrive/dead-letters.ts';
import { finishedManifest, redriveRun } from '../redrive/redrive-run.ts';
import { connect, type Installation } from './installation.ts';
import type { Output } from './output.ts';
import { WrongUse } from './wrong-use.ts';

export interface RedriveFlags {
  readonly state: string;
  readonly list: boolean;
  readonly methods?: readonly string[];
  readonly all: boolean;
  readonly queue?: DeadLetterSource;
}

/** Returns the number of runs that could not be started again. */
export async function redriveCommand(
  runs: readonly string[],
  flags: RedriveFlags,
  output: Output,
): Promise<number> {
  const asked = Number(runs.length > 0) + Number(flags.all) + Number(flags.queue !== undefined);
  if (asked > 1 || (asked === 0 && !flags.list)) {
    throw new WrongUse('redrive: expected run ids, --all or --queue; --list says what there is');
  }
  if (flags.methods && runs.length !== 1) throw new WrongUse('--methods: expected one run id beside it');
  const installation = await connect(flags.state);
  if (flags.queue) return returnQueue(installation, flags.queue, flags.list, output);
  const chosen = runs.length > 0 ? runs : (await failedRuns(installation)).map(({ runId }) => runId);
  if (!flags.list) return again(installation, chosen, flags.methods, output);
  for (const runId of chosen) await showFailures(installation, runId, output);
  if (runs.length === 0) await showQueues(installation, output);
  return 0;
}

async function again(
  installation: Installation,
  runs: readonly string[],
  methods: readonly string[] | undefined,
  output: Output,
): Promise<number> {
  const tasks = await taskQueue(installation);
  let failures = 0;
  for (const runId of runs) {
    try {
      const redriven = await redriveRun({ results: installation.results, tasks }, runId, methods);
      output.result(`↻ ${runId}  ${redriven.methods.join(', ')}`, redriven);
    } catch (error) {
      failures += 1;
      output.failure(runId, error);
    }
  }
  if (runs.length === 0) output.note('nothing has failed');
  return failures;
}

async function showFailures({ results }: Installation, runId: string, output: Output): Promise<void> {
  const manifest = await finishedManifest(results, runId);
  const failed = manifest.methods.flatMap((result) =>
    result.status === 'failed' ? [{ method: result.method, attempts: result.attempts, ...result.error }] : [],
  );
  const lines = failed.map(
    ({ method, code, message, remedy, attempts }) =>
      `  ✗ ${method}  ${code} (${attempts} tries)\n      ${message}${remedy ? `\n      ${remedy}` : ''}`,
  );
  output.result([`${runId}  ${manifest.status}`, ...lines].join('\n'), { runId, failed });
}

async function showQueues({ clients, name }: Installation, output: Output): Promise<void> {
  for (const { queue, messages } of await countDeadLetters(clients.sqs, name)) {
    if (messages > 0) output.result(`${queue}-dead-letters  ${messages} messages`, { queue, messages });
  }
}

async function returnQueue(
  { clients, name }: Installation,
  queue: DeadLetterSource,
  list: boolean,
  output: Output,
): Promise<number> {
  if (list) {
    const counts = await countDeadLetters(clients.sqs, name);
    const messages = counts.find((count) => count.queue === queue)?.messages ?? 0;
    output.result(`${queue}-dead-letters  ${messages} messages`, { queue, messages });
    return 0;
  }
  const returned = await returnDeadLetters(clients.sqs, name, queue);
  output.result(`↻ ${returned} messages back to ${queue}`, { queue, returned });
  return 0;
}

/** Every run of the index and its pages with a failed method, newest first. */
async function failedRuns({ results }: Installation): Promise<RunEntry[]> {
  const runs = new Map<string, RunEntry>();
  const head = (await readJson(results, indexKey, runIndexSchema))?.value;
  const pages = Array.from({ length: head?.pages ?? 0 }, (_, index) => indexPageKey(head!.pages - index));
  for (const key of [indexKey, ...pages]) {
    for (const entry of (await readJson(results, key, runIndexSchema))?.value.runs ?? []) {
      // The newest entry of a run counts: an older page may still hold the one before it was run again.
      if (!runs.has(entry.runId)) runs.set(entry.runId, entry);
    }
  }
  return [...runs.values()].filter(({ failedMethods }) => failedMethods.length > 0);
}

async function taskQueue({ clients: { sqs }, name }: Installation) {
  const [cpu, gpu] = await Promise.all([queueUrl(sqs, name, 'cpu'), queueUrl(sqs, name, 'gpu')]);
  if (cpu) return createTaskQueue(sqs, { cpu, gpu });
  throw new PermanentFault(`redrive: expected a queue ${name}-cpu, got none`, {
    code: 'queue-unknown',
    remedy: 'Look at CXAI_RESULTS_BUCKET and AWS_REGION: they name the installation.',
  });
}

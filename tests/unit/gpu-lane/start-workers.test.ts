/** The dispatcher: workers for the backlog, never more than asked for, never twice for the same messages. */
import { type ListJobsCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DispatchClients, startWorkers } from '../../../functions/dispatch/start-workers.ts';
import { workersNeeded } from '../../../functions/dispatch/workers-needed.ts';

const settings = {
  meanSeconds: 6,
  targetSeconds: 1800,
  most: 4,
  queueUrl: 'q',
  jobQueue: 'jobs',
  jobDefinition: 'job:1',
};

describe('the number of workers', () => {
  it.each([
    [0, 0],
    [1, 1],
    [300, 1],
    [301, 2],
    [600, 2],
    [10_000, 4],
  ])('for %i messages of 6 s within half an hour is %i', (messages, workers) => {
    expect(workersNeeded({ ...settings, messages })).toBe(workers);
  });

  it('is the least that meets the target, as long as that many may run (seed 3)', () => {
    const positive = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(positive, positive, positive, (messages, meanSeconds, targetSeconds) => {
        const most = Number.MAX_SAFE_INTEGER;
        const count = workersNeeded({ messages, meanSeconds, targetSeconds, most });
        expect(count * targetSeconds).toBeGreaterThanOrEqual(messages * meanSeconds);
        expect((count - 1) * targetSeconds).toBeLessThan(messages * meanSeconds);
      }),
      { seed: 3 },
    );
  });
});

/** Batch and SQS as the dispatcher sees them; what was submitted is under way at the next call. */
function world(waiting: number, working: number, running: readonly number[] = [0]) {
  const submitted: unknown[] = [];
  const batch = {
    async send(command: ListJobsCommand | SubmitJobCommand) {
      if (command instanceof SubmitJobCommand) return submitted.push(command.input);
      const { jobStatus, nextToken } = command.input;
      const page = Number(nextToken ?? 0);
      if (jobStatus === 'SUBMITTED') return { jobSummaryList: submitted };
      if (jobStatus !== 'RUNNING') return {};
      const next = page + 1 < running.length ? { nextToken: String(page + 1) } : {};
      return { jobSummaryList: Array.from({ length: running[page]! }), ...next };
    },
  };
  const Attributes = {
    ApproximateNumberOfMessages: String(waiting),
    ApproximateNumberOfMessagesNotVisible: String(working),
  };
  const clients = { batch, sqs: { send: async () => ({ Attributes }) } } as unknown as DispatchClients;
  return { clients, submitted };
}

describe('the dispatcher', () => {
  it('starts a worker for each that is needed, with the job queue and definition of the deployment', async () => {
    const { clients, submitted } = world(500, 0);
    expect(await startWorkers(clients, settings)).toEqual({ backlog: 500, workers: 0, started: 2 });
    expect(submitted).toEqual(
      Array(2).fill({ jobName: 'cxai-gpu-worker', jobQueue: 'jobs', jobDefinition: 'job:1' }),
    );
  });

  it('starts no more when called again before they run', async () => {
    const { clients, submitted } = world(500, 0);
    await startWorkers(clients, settings);
    expect(await startWorkers(clients, settings)).toMatchObject({ workers: 2, started: 0 });
    expect(submitted).toHaveLength(2);
  });

  it('counts messages being worked on, and workers on every page of the list', async () => {
    expect(await startWorkers(world(0, 900).clients, settings)).toMatchObject({ started: 3 });
    expect(await startWorkers(world(10_000, 0, [1, 2]).clients, settings)).toMatchObject({
      workers: 3,
      started: 1,
    });
  });

  it('asks Batch nothing while the queue is empty', async () => {
    const { clients } = world(0, 0);
    const silent = {
      ...clients,
      batch: { send: () => Promise.reject(new Error('asked')) },
    } as unknown as DispatchClients;
    expect(await startWorkers(silent, settings)).toEqual({ backlog: 0, workers: 0, started: 0 });
  });
});

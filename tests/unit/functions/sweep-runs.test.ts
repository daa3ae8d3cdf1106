/** The sweeper among runs that it cannot repair, or more than its time suffices for. */
import { describe, expect, it } from 'vitest';
import { rotated, sweepRuns } from '../../../functions/sweep/sweep-runs.ts';
import { TransientFault } from '../../../shared/errors.ts';
import { manifestKey, pendingKey, pendingPrefix, planKey } from '../../../shared/manifest/keys.ts';
import { planRun, runIdOf, servicesWithoutModels } from './planned-run.ts';

const long = 3600;
const pendingOf = (results: { objects: ReadonlyMap<string, unknown> }) =>
  [...results.objects.keys()].filter((key) => key.startsWith(pendingPrefix));

async function unreadableRun(services: ReturnType<typeof servicesWithoutModels>, number: number) {
  await planRun(services.results, runIdOf(number), 'of its model');
  await services.results.write(planKey(runIdOf(number)), '{"schema":"later"}', 'application/json');
}

describe('a run that cannot be read', () => {
  it('is counted, and the others are repaired', async () => {
    const services = servicesWithoutModels(1);
    const sent: string[] = [];
    const tasks = {
      send: async (_: string, tasks: readonly { runId: string }[]) => void sent.push(tasks[0]!.runId),
    };
    for (const number of [1, 2, 3, 4]) {
      if (number % 2 === 1) await unreadableRun(services, number);
      else await planRun(services.results, runIdOf(number), 'of its model');
      await services.results.remove(`runs/${runIdOf(number)}/sent`);
    }
    expect(await sweepRuns({ ...services, tasks }, long)).toEqual({
      pending: 4,
      finished: 0,
      resent: 2,
      expired: 0,
      failed: 2,
      left: 0,
    });
    expect(sent.sort()).toEqual([runIdOf(2), runIdOf(4)]);
    expect(pendingOf(services.results)).toHaveLength(4);
  });

  it('loses its mark past the deadline', async () => {
    const services = servicesWithoutModels(73);
    await unreadableRun(services, 1);
    expect(await sweepRuns(services, long)).toMatchObject({ pending: 1, expired: 1, failed: 0 });
    expect(pendingOf(services.results)).toEqual([]);
  });

  it('keeps its mark where the store only does not answer', async () => {
    const services = servicesWithoutModels(73);
    await planRun(services.results, runIdOf(1), 'of its model');
    const read = () => Promise.reject(new TransientFault('no answer', { code: 'object-store-unavailable' }));
    const results = { ...services.results, read };
    expect(await sweepRuns({ ...services, results }, long)).toMatchObject({ expired: 0, failed: 1 });
    expect(services.results.objects.has(pendingKey(runIdOf(1)))).toBe(true);
  });
});

it('a run past its deadline ends with a manifest, though its model is gone', async () => {
  const services = servicesWithoutModels(73);
  await planRun(services.results, runIdOf(1), 'of its model');
  expect(await sweepRuns(services, long)).toMatchObject({ expired: 1, failed: 0 });
  expect(services.results.objects.has(manifestKey(runIdOf(1)))).toBe(true);
  expect(pendingOf(services.results)).toEqual([]);
});

describe('many runs', () => {
  it('are looked at twenty at a time', async () => {
    const services = servicesWithoutModels(1);
    for (let number = 0; number < 50; number += 1)
      await planRun(services.results, runIdOf(number), 'of its model');
    let open = 0;
    let most = 0;
    const read = async (key: string) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return services.results.read(key);
    };
    const results = { ...services.results, read };
    expect(await sweepRuns({ ...services, results }, long)).toMatchObject({
      pending: 50,
      failed: 0,
      left: 0,
    });
    expect(most).toBe(20);
  });

  it('are left to later sweeps where the time is up, and the report says how many', async () => {
    const services = servicesWithoutModels(1);
    for (let number = 0; number < 30; number += 1)
      await planRun(services.results, runIdOf(number), 'of its model');
    expect(await sweepRuns(services, 0)).toMatchObject({ pending: 30, left: 30 });
  });

  it('come first each, now and then, though only a tenth is done each time', () => {
    const runs = Array.from({ length: 1000 }, (_, index) => index);
    const done = new Set<number>();
    for (let sweep = 0; sweep < 40; sweep += 1) {
      const order = rotated(runs, 1_900_000_000 + 300 * sweep);
      expect(order.toSorted((a, b) => a - b)).toEqual(runs);
      for (const run of order.slice(0, 100)) done.add(run);
    }
    expect(done.size).toBe(1000);
  });
});

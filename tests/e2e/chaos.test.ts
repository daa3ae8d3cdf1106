/** The same with more drops and longer between kills: node tests/bench/chaos.ts. */
import { expect, it } from 'vitest';
import { runChaos } from './chaos.ts';

it('12 drops under kills, duplicates, reordering and store faults leave what a calm run leaves', async () => {
  const report = await runChaos({ drops: 12, seed: 1, killEvery: 1000 });
  expect(report).toMatchObject({ complete: 12, differences: [], leftOver: [] });
  expect(report.kills).toBeGreaterThan(2);
  expect(report.faultsStruck.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
}, 180_000);

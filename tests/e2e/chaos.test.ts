import { expect, it } from 'vitest';
import { runChaos } from './chaos.ts';

it('24 drops under kills, duplicates, reordering and store faults leave what a calm run leaves', async () => {
  const report = await runChaos({ drops: 24, seed: 1, killEvery: 1500 });
  expect(report).toMatchObject({ complete: 24, differences: [], leftOver: [] });
  expect(report.kills).toBeGreaterThan(2);
  expect(report.faultsStruck.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
}, 180_000);

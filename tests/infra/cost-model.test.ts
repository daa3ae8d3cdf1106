/** The cost model: by hand where that is short, in order of size elsewhere, and as the README prints it. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { assumedWorkload, costTable, monthlyCost, prices, totalUsd } from '../../infra/cost-model.ts';

const volumes = [100, 10_000, 1_000_000];
const line = (images: number, item: string) => monthlyCost(images).find((each) => each.item === item)!.usd;

describe('the cost of a month', () => {
  it('of explaining is images x methods x seconds x gigabytes x price', () => {
    const byHand = 10_000 * 8 * 4 * (5308 / 1024) * 0.0000166667;
    expect(line(10_000, 'Lambda, explaining')).toBeCloseTo(byHand, 9);
    expect(byHand).toBeCloseTo(27.65, 2);
  });

  it('of storage is what lies there after a year, uploads for their two weeks', () => {
    const gigabytes = (10_000 * ((8 * 14) / 30 + (5 + 8 * 0.25) * 12)) / 1024;
    expect(line(10_000, 'S3 storage')).toBeCloseTo(gigabytes * prices.s3GigabyteMonth, 9);
  });

  it('without images is what stands there anyway: keys, endpoints, alarms, polling, the canary', () => {
    const standing = monthlyCost(0).filter(({ usd }) => usd > 0);
    expect(standing.map(({ item }) => item)).toEqual([
      'KMS',
      'SQS',
      'Canary',
      'Metrics',
      'Private endpoints',
      'Alarms and dashboard',
      'Secret and image',
    ]);
    expect(totalUsd(monthlyCost(0))).toBeLessThan(60);
  });

  it('grows with images and falls per image', () => {
    const totals = volumes.map((images) => totalUsd(monthlyCost(images)));
    expect(totals).toEqual([...totals].sort((a, b) => a - b));
    const perImage = totals.map((total, index) => total / volumes[index]!);
    expect(perImage).toEqual([...perImage].sort((a, b) => b - a));
  });

  it('halves its explaining part with half the methods', () => {
    const half = monthlyCost(1000, { ...assumedWorkload, methods: 4 });
    const full = monthlyCost(1000);
    expect(half[0]!.usd).toBeCloseTo(full[0]!.usd / 2, 9);
  });

  it('stands in infra/README.md as the model gives it', async () => {
    const readme = await readFile(new URL('../../infra/README.md', import.meta.url), 'utf8');
    // The formatter pads the columns of a table.
    const cells = (text: string) => text.replace(/ *\| */g, '|').replace(/-+/g, '-');
    expect(cells(readme)).toContain(cells(costTable(volumes)));
  });
});

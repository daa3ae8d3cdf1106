/** Every safeguard holds in the example hospital, and removing it in any of the listed ways is noticed. */
import { describe, expect, it } from 'vitest';
import { bucketSafeguards } from './safeguards/buckets.ts';
import { queueSafeguards } from './safeguards/queues.ts';
import { synthesize } from './support/synthesize.ts';

const { templates } = synthesize();
const safeguards = [...queueSafeguards, ...bucketSafeguards];

describe.each(safeguards.map((safeguard) => [safeguard.name, safeguard] as const))('%s', (_, safeguard) => {
  it('holds in the example hospital', () => {
    expect(safeguard.check(templates)).toEqual([]);
  });

  it.each(Object.entries(safeguard.breakages))('is missed after: %s', (_, breakIt) => {
    const broken = structuredClone(templates);
    breakIt(broken);
    expect(broken).not.toEqual(templates);
    expect(safeguard.check(broken)).not.toEqual([]);
  });
});

/** Hospitals that choose otherwise: no VPC, signed cookies. The safeguards and the rule packs hold there too. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hospital as example } from '../../infra/hospitals/example.ts';
import type { HospitalInput } from '../../infra/settings/hospital-settings.ts';
import { bucketSafeguards } from './safeguards/buckets.ts';
import { notifyPathSafeguards } from './safeguards/notify-path.ts';
import { operationSafeguards } from './safeguards/operations.ts';
import { permissionSafeguards } from './safeguards/permissions.ts';
import { queueSafeguards } from './safeguards/queues.ts';
import { synthesize } from './support/synthesize.ts';
import { ofType } from './support/templates.ts';

const publicKeyPem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();

const variants: Readonly<Record<string, Partial<HospitalInput>>> = {
  'no VPC and signed cookies': {
    network: { mode: 'none' },
    viewer: { ...example.viewer, access: { mode: 'signed-cookies', publicKeyPem } },
  },
};

const synthesized = Object.entries(variants).map(([name, changes]) => [name, synthesize(changes)] as const);

describe.each(synthesized)('a hospital with %s', (_, { templates, findings }) => {
  it('keeps every safeguard', () => {
    const all = [
      queueSafeguards,
      bucketSafeguards,
      permissionSafeguards,
      notifyPathSafeguards,
      operationSafeguards,
    ];
    expect(all.flat().flatMap(({ check }) => check(templates))).toEqual([]);
  });

  it('has no unacknowledged finding', () => {
    expect(findings).toEqual([]);
  });
});

describe('signed cookies', () => {
  it('are demanded for everything below data/, and the pages stay open for the sign-on', () => {
    const [, { templates }] = synthesized.find(([name]) => name.includes('cookies'))!;
    const [distribution] = ofType(templates, 'AWS::CloudFront::Distribution');
    const { CacheBehaviors, DefaultCacheBehavior } = distribution!.properties.DistributionConfig;
    const guarded = CacheBehaviors.filter(
      ({ TrustedKeyGroups }: { TrustedKeyGroups?: [] }) => TrustedKeyGroups?.length,
    );
    const paths = (of: { PathPattern: string }[]) => of.map(({ PathPattern }) => PathPattern);
    expect(paths(guarded)).toEqual(paths(CacheBehaviors).filter((path) => path.startsWith('data/')));
    expect(DefaultCacheBehavior.TrustedKeyGroups).toBeUndefined();
  });
});

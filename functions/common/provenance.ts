/** Where a result comes from: software version, commit, seed, trace id, time. */
import packageJson from '../../package.json' with { type: 'json' };
import type { Plan } from '../../shared/manifest/plan.ts';
import type { Services } from './services.ts';

export function provenanceOf(facts: {
  readonly commit: string;
  readonly seed: number;
  readonly traceId: string;
  readonly createdAt: Date;
}): Plan['provenance'] {
  return { ...facts, software: `cxai ${packageJson.version}`, createdAt: facts.createdAt.toISOString() };
}

export function provenance(
  { environment, now }: Pick<Services, 'environment' | 'now'>,
  traceId: string,
): Plan['provenance'] {
  const { CXAI_COMMIT: commit, CXAI_SEED: seed } = environment;
  return provenanceOf({ commit, seed, traceId, createdAt: now() });
}

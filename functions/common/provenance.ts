/** Where a result comes from: software version, commit, seed, trace id, time. */
import packageJson from '../../package.json' with { type: 'json' };
import type { Plan } from '../../shared/manifest/plan.ts';
import type { Services } from './services.ts';

export function provenance(
  { environment, now }: Pick<Services, 'environment' | 'now'>,
  traceId: string,
): Plan['provenance'] {
  return {
    software: `cxai ${packageJson.version}`,
    commit: environment.CXAI_COMMIT,
    seed: environment.CXAI_SEED,
    traceId,
    createdAt: now().toISOString(),
  };
}

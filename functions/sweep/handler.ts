/** Lambda handler of the schedule: repairs runs that a crash left unfinished. */
import { log } from '../common/log.ts';
import { createServices, type Services } from '../common/services.ts';
import { type SweepReport, sweepRuns } from './sweep-runs.ts';

let services: Services | undefined;

export async function handler(): Promise<SweepReport> {
  services ??= createServices();
  const report = await sweepRuns(services);
  log.info('swept', { ...report });
  return report;
}

/** Lambda handler of the sweeper's schedule: repairs runs that a crash left unfinished, as many as its time allows. */
import type { Context } from 'aws-lambda';
import { log } from '../common/log.ts';
import { createServices, type Services } from '../common/services.ts';
import { type SweepReport, sweepRuns } from './sweep-runs.ts';

let services: Services | undefined;

/** Kept back of the function's time for the runs that have been begun. */
const spareSeconds = 60;
/** Where nobody says how long the function may take (`cxai start`, whose timeout is two minutes). */
const localSeconds = 60;

type Timed = Pick<Context, 'getRemainingTimeInMillis'>;

export async function handler(_event: unknown, context?: Timed): Promise<SweepReport> {
  services ??= createServices();
  const seconds = context ? context.getRemainingTimeInMillis() / 1000 - spareSeconds : localSeconds;
  const report = await sweepRuns(services, seconds);
  log[report.failed + report.left > 0 ? 'warn' : 'info']('swept', { ...report });
  return report;
}

/** Lambda handler of the canary's schedule: one probe, told as metrics and one line of the log. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { z } from 'zod';
import { PermanentFault } from '../../shared/errors.ts';
import { log } from '../common/log.ts';
import { metricsNamespace } from '../common/metrics-namespace.ts';
import { createServices, type Services } from '../common/services.ts';
import { type ProbeReport, probePipeline } from './probe-pipeline.ts';

const metrics = new Metrics({ namespace: metricsNamespace, serviceName: 'canary' });
const withinSchema = z.coerce.number().positive();
let services: Services | undefined;

export async function handler(): Promise<ProbeReport> {
  services ??= createServices();
  const { drop, results, now } = services;
  const report = await probePipeline({
    drop,
    results,
    picture: now().getTime(),
    withinSeconds: withinSeconds(),
  });
  const good = report.outcome === 'complete';
  metrics.addMetric('CanaryFailures', MetricUnit.Count, good ? 0 : 1);
  if (good) metrics.addMetric('CanaryMilliseconds', MetricUnit.Milliseconds, report.milliseconds);
  metrics.publishStoredMetrics();
  log[good ? 'info' : 'error']('probed', { ...report });
  return report;
}

function withinSeconds(): number {
  const parsed = withinSchema.safeParse(process.env.CXAI_CANARY_SECONDS);
  if (parsed.success) return parsed.data;
  throw new PermanentFault('environment: CXAI_CANARY_SECONDS: expected a number of seconds, got another', {
    code: 'environment-invalid',
  });
}

/**
 * Metrics of the lanes, in CloudWatch's embedded metric format: what each method takes and how long its task
 * waited. Dimensions are method and model; never anything of an image.
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'CXAI', serviceName: 'explain' });

export interface MethodMeasurement {
  readonly method: string;
  readonly outcome: 'complete' | 'failed' | 'retried';
  /** From receiving the task to its marker. */
  readonly milliseconds: number;
  /** From sending the task to receiving it first. */
  readonly queueMilliseconds: number;
}

export function recordMethod({ method, outcome, milliseconds, queueMilliseconds }: MethodMeasurement): void {
  const one = metrics.singleMetric();
  one.addDimension('method', method);
  one.addDimension('outcome', outcome);
  one.addMetric('MethodDuration', MetricUnit.Milliseconds, milliseconds);
  const waited = metrics.singleMetric();
  waited.addDimension('method', method);
  waited.addMetric('QueueAge', MetricUnit.Milliseconds, queueMilliseconds);
}

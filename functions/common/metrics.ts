/**
 * Metrics of the lanes, in CloudWatch's embedded metric format: for each method what it takes, how long its task
 * waited, how many gradients it asked for, how long it kept a GPU and about what it cost. Dimensions are the method
 * and how it ended; never anything of an image.
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { metricsNamespace } from './metrics-namespace.ts';

const byOutcome = new Metrics({ namespace: metricsNamespace, serviceName: 'explain' });
const byMethod = new Metrics({ namespace: metricsNamespace, serviceName: 'explain' });

export interface MethodMeasurement {
  readonly method: string;
  readonly outcome: 'complete' | 'failed' | 'retried';
  /** From receiving the task to its marker. */
  readonly milliseconds: number;
  /** From sending the task to receiving it first. */
  readonly queueMilliseconds: number;
  /** Undefined where the method did not end. */
  readonly gradients: number | undefined;
  readonly device: 'cpu' | 'cuda';
  /** What an hour of this worker costs in US dollars; undefined where nobody pays by the hour. */
  readonly hourlyUsd: number | undefined;
}

/** Two lines of the log: with the outcome, and what is summed over all outcomes, since a failed attempt costs too. */
export function recordMethod(measurement: MethodMeasurement): void {
  const { method, outcome, milliseconds, queueMilliseconds, gradients, device, hourlyUsd } = measurement;
  byOutcome.addDimension('method', method);
  byOutcome.addDimension('outcome', outcome);
  byOutcome.addMetric('MethodDuration', MetricUnit.Milliseconds, milliseconds);
  byOutcome.publishStoredMetrics();
  byMethod.addDimension('method', method);
  byMethod.addMetric('QueueAge', MetricUnit.Milliseconds, queueMilliseconds);
  if (gradients !== undefined) byMethod.addMetric('Gradients', MetricUnit.Count, gradients);
  if (device === 'cuda') byMethod.addMetric('GpuSeconds', MetricUnit.Seconds, milliseconds / 1000);
  if (hourlyUsd !== undefined) {
    byMethod.addMetric('EstimatedUsd', MetricUnit.NoUnit, (milliseconds / 3_600_000) * hourlyUsd);
  }
  byMethod.publishStoredMetrics();
}

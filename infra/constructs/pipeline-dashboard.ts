/** One page: what waits, what fails, how long each method takes, how much runs at once, what it costs about. */
import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  Row,
  SearchExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { prices } from '../cost-model.ts';
import type { Pipeline } from '../stacks/pipeline-stack.ts';
import type { Deployment } from './deployment.ts';
import { functionLimits } from './function-limits.ts';

const width = 12;
const height = 6;

export function pipelineDashboard(
  scope: Construct,
  deployment: Deployment,
  { queues, functions }: Pipeline,
  alarms: readonly Alarm[],
): Dashboard {
  const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width, height });
  const eachQueue = (metric: (work: Pipeline['queues'][number]) => IMetric) => queues.map(metric);
  const eachFunction = (metric: (fn: Pipeline['functions']['ingest']['fn'], label: string) => IMetric) =>
    Object.entries(functions).map(([label, { fn }]) => metric(fn, label));
  const eachMethod = methodSearch(deployment);
  const dashboard = new Dashboard(scope, 'dashboard', { dashboardName: deployment.name('pipeline') });
  dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 4 }));
  dashboard.addWidgets(
    new Row(
      graph(
        'Messages waiting',
        eachQueue(({ name: label, queue }) => queue.metricApproximateNumberOfMessagesVisible({ label })),
      ),
      graph(
        'Age of the oldest message (s)',
        eachQueue(({ name: label, queue }) => queue.metricApproximateAgeOfOldestMessage({ label })),
      ),
    ),
    new Row(
      graph(
        'Dead letters',
        eachQueue(({ name: label, deadLetters }) =>
          deadLetters.metricApproximateNumberOfMessagesVisible({ label }),
        ),
      ),
      graph(
        'Failed calls',
        eachFunction((fn, label) => fn.metricErrors({ label })),
      ),
    ),
    new Row(
      graph(
        'Duration, 95th percentile (ms)',
        eachFunction((fn, label) => fn.metricDuration({ label, statistic: 'p95' })),
      ),
      graph(
        'Calls',
        eachFunction((fn, label) => fn.metricInvocations({ label })),
      ),
    ),
    new Row(
      graph('Method, 95th percentile (ms)', [eachMethod('MethodDuration', 'p95', 'outcome="complete"')]),
      graph('Task waited before its method, 95th percentile (ms)', [eachMethod('QueueAge', 'p95')]),
    ),
    new Row(
      graph('Gradients asked for, by method', [eachMethod('Gradients', 'Sum')]),
      graph('GPU seconds, by method', [eachMethod('GpuSeconds', 'Sum')]),
    ),
    new Row(
      graph('Methods that ended, by outcome', [eachMethod('MethodDuration', 'SampleCount')]),
      new GraphWidget({
        title: 'Explaining, estimated US dollars per day (list price)',
        left: [dailyCost(functions.explain.fn, functionLimits(deployment.settings).explain.memoryMegabytes)],
        width,
        height,
      }),
    ),
    new Row(
      graph('Explaining, estimated US dollars, by method', [eachMethod('EstimatedUsd', 'Sum')]),
      graph('Canary: upload to manifest (ms)', [
        new Metric({
          namespace: deployment.metricsNamespace,
          metricName: 'CanaryMilliseconds',
          dimensionsMap: { service: 'canary' },
          statistic: 'Maximum',
        }),
      ]),
    ),
  );
  return dashboard;
}

const dimensions = {
  MethodDuration: 'method,outcome,service',
  QueueAge: 'method,service',
  Gradients: 'method,service',
  GpuSeconds: 'method,service',
  EstimatedUsd: 'method,service',
} as const;

/** functions/common/metrics.ts: one line for each method there has been, whichever they are. */
const methodSearch =
  ({ metricsNamespace }: Deployment) =>
  (metric: keyof typeof dimensions, statistic: string, where = ''): SearchExpression =>
    new SearchExpression({
      expression: `SEARCH('{"${metricsNamespace}",${dimensions[metric]}} MetricName="${metric}" ${where}', '${statistic}', 300)`,
    });

/** Gigabyte-seconds at list price; the other services add about as much (infra/cost-model.ts). */
const dailyCost = (fn: Pipeline['functions']['explain']['fn'], memoryMegabytes: number): MathExpression => {
  const period = Duration.days(1);
  const perMillisecond = ((memoryMegabytes / 1024) * prices.lambdaGigabyteSecond) / 1000;
  return new MathExpression({
    label: 'explain',
    // Written out: CloudWatch would read the e of an exponent as a metric.
    expression: `milliseconds * ${perMillisecond.toFixed(12)} + calls * ${prices.lambdaRequest.toFixed(12)}`,
    period,
    usingMetrics: {
      milliseconds: fn.metricDuration({ statistic: 'Sum', period }),
      calls: fn.metricInvocations({ statistic: 'Sum', period }),
    },
  });
};

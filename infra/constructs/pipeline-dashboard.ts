/** One page: what waits, what fails, how long it takes, how much runs at once. */
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  Row,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Pipeline } from '../stacks/pipeline-stack.ts';
import type { Deployment } from './deployment.ts';

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
  );
  return dashboard;
}

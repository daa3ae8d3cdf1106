/**
 * Alarms of the pipeline. A dead letter is drained within a second by `finish`, too quick for a queue metric
 * of one minute: so a call of `finish` is itself an alarm, and a dead letter that stays means that `finish`
 * fails or that nobody reads that queue.
 */
import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Pipeline } from '../stacks/pipeline-stack.ts';
import {
  alarmMaker,
  deadLetterAlarm,
  errorAlarm,
  fiveMinutes,
  type Make,
  oldestMessageAlarm,
} from './alarm-maker.ts';
import type { Deployment } from './deployment.ts';

export function pipelineAlarms(scope: Construct, deployment: Deployment, pipeline: Pipeline): Alarm[] {
  const make = alarmMaker(scope, deployment);
  return [
    ...pipeline.queues.flatMap(({ name, queue, deadLetters }) => [
      deadLetterAlarm(make, name, deadLetters),
      oldestMessageAlarm(make, name, queue, deployment.settings.alarms.oldestMessageMinutes),
    ]),
    deadLetterAlarm(make, 'sweep', pipeline.sweepDeadLetters),
    deadLetterAlarm(make, 'canary', pipeline.canaryDeadLetters),
    ...Object.entries(pipeline.functions).map(([name, { fn }]) => errorAlarm(make, name, fn)),
    givenUpAlarm(make, pipeline),
    ...sweepAlarms(scope, make, deployment, pipeline),
    sweepStoppedAlarm(make, pipeline),
    ...canaryAlarms(make, deployment, pipeline),
  ];
}

const givenUpAlarm = (make: Make, { functions }: Pipeline): Alarm =>
  make('given-up', {
    metric: functions.finish.fn.metricInvocations({ period: fiveMinutes }),
    above: 0,
    description: 'A method or an upload was given up after repeated failures; its run shows the reason.',
  });

/** The sweeper reports runs past their deadline, and those it could not repair, in its log line `swept`. */
function sweepAlarms(scope: Construct, make: Make, deployment: Deployment, { functions }: Pipeline): Alarm[] {
  const filter = new MetricFilter(scope, 'orphaned-runs', {
    logGroup: functions.sweep.logs,
    filterPattern: FilterPattern.stringValue('$.message', '=', 'swept'),
    metricNamespace: deployment.metricsNamespace,
    metricName: 'orphaned-runs',
    metricValue: '$.expired',
  });
  const orphaned = filter.metric({ period: fiveMinutes, statistic: 'Sum' });
  const unswept = new MetricFilter(scope, 'unswept-runs', {
    logGroup: functions.sweep.logs,
    filterPattern: FilterPattern.stringValue('$.message', '=', 'swept'),
    metricNamespace: orphaned.namespace,
    metricName: 'unswept-runs',
    metricValue: '$.failed',
  });
  return [
    make('orphaned-runs', {
      metric: orphaned,
      above: 0,
      description:
        'Runs passed their deadline without all methods and were ended as partial. Look at the lane queues.',
    }),
    make('unswept-runs', {
      metric: unswept.metric({ period: fiveMinutes, statistic: 'Sum' }),
      above: 0,
      // One sweep may meet a store that does not answer.
      periods: 3,
      description:
        'The sweeper fails at some runs again and again. Its log lines `run not swept` have their ids and the reason.',
    }),
  ];
}

/** Silence is the fault here: the schedule calls it every five minutes. */
const sweepStoppedAlarm = (make: Make, { functions }: Pipeline): Alarm =>
  make('sweep-stopped', {
    metric: new MathExpression({
      label: 'Quarter hours without a sweep',
      expression: 'IF(FILL(calls, 0) < 1, 1, 0)',
      period: Duration.minutes(15),
      usingMetrics: { calls: functions.sweep.fn.metricInvocations({ period: Duration.minutes(15) }) },
    }),
    above: 0,
    periods: 2,
    missing: TreatMissingData.BREACHING,
    description: 'The sweeper has not run for half an hour: unfinished runs are not repaired.',
  });

/** One for a probe that did not end well, one for silence: an alarm that nothing feeds would stay green. */
function canaryAlarms(
  make: Make,
  { settings, metricsNamespace }: Deployment,
  { functions }: Pipeline,
): Alarm[] {
  const { everyMinutes, withinSeconds } = settings.canary;
  const period = Duration.minutes(2 * everyMinutes);
  return [
    make('canary-failed', {
      metric: new Metric({
        namespace: metricsNamespace,
        metricName: 'CanaryFailures',
        dimensionsMap: { service: 'canary' },
        statistic: 'Sum',
        period: fiveMinutes,
      }),
      above: 0,
      description: `A synthetic upload was no complete run within ${withinSeconds} s. Its log line \`probed\` says what it became; then look at the queues.`,
    }),
    make('canary-stopped', {
      metric: new MathExpression({
        label: 'Times without a probe',
        expression: 'IF(FILL(calls, 0) < 1, 1, 0)',
        period,
        usingMetrics: { calls: functions.canary.fn.metricInvocations({ period }) },
      }),
      above: 0,
      missing: TreatMissingData.BREACHING,
      description: `No synthetic upload for ${2 * everyMinutes} minutes: nobody would notice that the pipeline stands still.`,
    }),
  ];
}

/**
 * Alarms of the pipeline. A dead letter is drained within a second by `finish`, too quick for a queue metric
 * of one minute: so a call of `finish` is itself an alarm, and a dead letter that stays means that `finish`
 * fails or that nobody reads that queue.
 */
import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  ComparisonOperator,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Pipeline } from '../stacks/pipeline-stack.ts';
import type { Deployment } from './deployment.ts';
import type { FunctionName } from './function-limits.ts';

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);
const errorPercent = 10;

export function pipelineAlarms(scope: Construct, deployment: Deployment, pipeline: Pipeline): Alarm[] {
  const make = alarmMaker(scope, deployment);
  return [
    ...pipeline.queues.flatMap(({ name, queue, deadLetters }) => [
      deadLetterAlarm(make, name, deadLetters),
      oldestMessageAlarm(make, name, queue, deployment.settings.alarms.oldestMessageMinutes),
    ]),
    deadLetterAlarm(make, 'sweep', pipeline.sweepDeadLetters),
    ...Object.keys(pipeline.functions).map((name) => errorAlarm(make, pipeline, name as FunctionName)),
    givenUpAlarm(make, pipeline),
    orphanAlarm(scope, make, deployment, pipeline),
    sweepStoppedAlarm(make, pipeline),
  ];
}

interface Limit {
  readonly metric: Metric | MathExpression;
  readonly above: number;
  readonly periods?: number;
  readonly missing?: TreatMissingData;
  readonly description: string;
}

type Make = (name: string, limit: Limit) => Alarm;

/** Descriptions are what arrives by e-mail: what happened and what to do. */
function alarmMaker(scope: Construct, deployment: Deployment): Make {
  return (name, { metric, above, periods = 1, missing = TreatMissingData.NOT_BREACHING, description }) =>
    metric.createAlarm(scope, `${name}-alarm`, {
      alarmName: deployment.name(name),
      alarmDescription: description,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missing,
    });
}

const deadLetterAlarm = (make: Make, name: string, queue: IQueue): Alarm =>
  make(`${name}-dead-letters`, {
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: minute, statistic: 'Maximum' }),
    above: 0,
    description: `Dead letters of ${name} wait. Look at the log of the function, then redrive or delete them within 14 days.`,
  });

const oldestMessageAlarm = (make: Make, name: string, queue: IQueue, minutes: number): Alarm =>
  make(`${name}-oldest-message`, {
    metric: queue.metricApproximateAgeOfOldestMessage({ period: fiveMinutes, statistic: 'Maximum' }),
    above: minutes * 60,
    description: `The oldest message of ${name} waits longer than ${minutes} minutes. Raise the lane's concurrency, or look for errors.`,
  });

function errorAlarm(make: Make, { functions }: Pipeline, name: FunctionName): Alarm {
  const { fn } = functions[name];
  return make(`${name}-errors`, {
    metric: new MathExpression({
      label: `${name}: failed calls in percent`,
      expression: '100 * errors / MAX([errors, calls])',
      period: fiveMinutes,
      usingMetrics: {
        errors: fn.metricErrors({ period: fiveMinutes }),
        calls: fn.metricInvocations({ period: fiveMinutes }),
      },
    }),
    above: errorPercent,
    periods: 2,
    description: `More than ${errorPercent} % of the calls of ${name} fail (memory, time or a crash). Look at its log.`,
  });
}

const givenUpAlarm = (make: Make, { functions }: Pipeline): Alarm =>
  make('given-up', {
    metric: functions.finish.fn.metricInvocations({ period: fiveMinutes }),
    above: 0,
    description: 'A method or an upload was given up after repeated failures; its run shows the reason.',
  });

/** The sweeper reports runs past their deadline in its log line `swept`. */
function orphanAlarm(scope: Construct, make: Make, deployment: Deployment, { functions }: Pipeline): Alarm {
  const filter = new MetricFilter(scope, 'orphaned-runs', {
    logGroup: functions.sweep.logs,
    filterPattern: FilterPattern.stringValue('$.message', '=', 'swept'),
    metricNamespace: 'CXAI',
    metricName: `${deployment.settings.id}/orphaned-runs`,
    metricValue: '$.expired',
  });
  return make('orphaned-runs', {
    metric: filter.metric({ period: fiveMinutes, statistic: 'Sum' }),
    above: 0,
    description:
      'Runs passed their deadline without all methods and were ended as partial. Look at the lane queues.',
  });
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

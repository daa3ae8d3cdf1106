/** What all alarms have in common: named after the deployment, breached above a limit, silence is no fault. */
import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  ComparisonOperator,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

export const fiveMinutes = Duration.minutes(5);
const errorPercent = 10;

export interface Limit {
  readonly metric: Metric | MathExpression;
  readonly above: number;
  readonly periods?: number;
  readonly missing?: TreatMissingData;
  readonly description: string;
}

export type Make = (name: string, limit: Limit) => Alarm;

/** Descriptions are what arrives by e-mail: what happened and what to do. */
export function alarmMaker(scope: Construct, deployment: Deployment): Make {
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

export const deadLetterAlarm = (make: Make, name: string, queue: IQueue): Alarm =>
  make(`${name}-dead-letters`, {
    metric: queue.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: 'Maximum',
    }),
    above: 0,
    description: `Dead letters of ${name} wait. Look at the log of the function, then redrive or delete them within 14 days.`,
  });

export function errorAlarm(make: Make, name: string, fn: IFunction): Alarm {
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

export const oldestMessageAlarm = (make: Make, name: string, queue: IQueue, minutes: number): Alarm =>
  make(`${name}-oldest-message`, {
    metric: queue.metricApproximateAgeOfOldestMessage({ period: fiveMinutes, statistic: 'Maximum' }),
    above: minutes * 60,
    description: `The oldest message of ${name} waits longer than ${minutes} minutes. Raise the lane's concurrency, or look for errors.`,
  });

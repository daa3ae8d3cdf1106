/**
 * Alarms of the gpu lane beside those of its queue. A blocked job queue (no capacity, a quota of 0 vCPU for G
 * instances) is an event of AWS Batch; the rule that matches it counts it.
 * https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html
 */
import { type Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Gpu } from '../stacks/gpu-lane.ts';
import { alarmMaker, deadLetterAlarm, errorAlarm, fiveMinutes } from './alarm-maker.ts';
import type { Deployment } from './deployment.ts';

export function gpuAlarms(scope: Construct, deployment: Deployment, gpu: Gpu): Alarm[] {
  const make = alarmMaker(scope, deployment);
  if (gpu.mode === 'lambda') return [errorAlarm(make, 'explain-gpu', gpu.explain.fn)];
  const ruleName = deployment.name('gpu-blocked');
  new Rule(scope, 'gpu-blocked-rule', {
    ruleName,
    description: 'Counts events of a blocked job queue for the alarm',
    eventPattern: {
      source: ['aws.batch'],
      detailType: ['Batch Job Queue Blocked'],
      resources: [gpu.jobQueueArn],
    },
  });
  return [
    deadLetterAlarm(make, 'dispatch', gpu.dispatchDeadLetters),
    errorAlarm(make, 'dispatch', gpu.dispatch.fn),
    make('gpu-blocked', {
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'TriggeredRules',
        dimensionsMap: { RuleName: ruleName },
        statistic: 'Sum',
        period: fiveMinutes,
      }),
      above: 0,
      description:
        'GPU workers cannot start: most often the account has no quota for G instances (L-DB2E81BA, L-3819A6DF for spot) or the zone has none free.',
    }),
  ];
}

/** Alarms of the study: a task that could not be started. A job that fails is seen in `cxai study fetch`. */
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Study } from '../stacks/study-stack.ts';
import { alarmMaker, deadLetterAlarm, errorAlarm, oldestMessageAlarm } from './alarm-maker.ts';
import type { Deployment } from './deployment.ts';

export function studyAlarms(scope: Construct, deployment: Deployment, { queue, start }: Study): Alarm[] {
  const make = alarmMaker(scope, deployment);
  return [
    deadLetterAlarm(make, 'study', queue.deadLetters),
    oldestMessageAlarm(make, 'study', queue.queue, deployment.settings.alarms.oldestMessageMinutes),
    errorAlarm(make, 'study', start.fn),
  ];
}

/**
 * What tells people that something is wrong: alarms by e-mail, a dashboard, a budget. Metrics hold counts and
 * times only.
 */
import { Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Deployment } from '../constructs/deployment.ts';
import { gpuAlarms } from '../constructs/gpu-alarms.ts';
import { pipelineAlarms } from '../constructs/pipeline-alarms.ts';
import { pipelineDashboard } from '../constructs/pipeline-dashboard.ts';
import { studyAlarms } from '../constructs/study-alarms.ts';
import type { Data } from './data-stack.ts';
import type { Gpu } from './gpu-lane.ts';
import type { Pipeline } from './pipeline-stack.ts';
import { hospitalTag, referLoosely, stackProps } from './stack-props.ts';
import type { Study } from './study-stack.ts';

export interface Watched {
  readonly data: Data;
  readonly pipeline: Pipeline;
  readonly gpu: Gpu | undefined;
  readonly study: Study | undefined;
}

export function watchStack(
  scope: Construct,
  deployment: Deployment,
  { data, pipeline, gpu, study }: Watched,
): Stack {
  const stack = new Stack(scope, 'watch', stackProps(deployment, 'watch'));
  referLoosely(stack);
  const topic = new Topic(stack, 'alarms', {
    topicName: deployment.name('alarms'),
    displayName: `CXAI ${deployment.settings.id}`,
    masterKey: data.keys.operations,
    enforceSSL: true,
  });
  allowAlarms(topic, deployment);
  topic.addSubscription(new EmailSubscription(deployment.settings.alarms.email));
  const alarms = [
    ...pipelineAlarms(stack, deployment, pipeline),
    ...(gpu ? gpuAlarms(stack, deployment, gpu) : []),
    ...(study ? studyAlarms(stack, deployment, study) : []),
  ];
  for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic));
  pipelineDashboard(stack, deployment, pipeline, alarms);
  budget(stack, deployment);
  return stack;
}

/** The policy that demands TLS replaces the one every new topic has, so the alarms must be let in by name. */
function allowAlarms(topic: Topic, { settings: { region, account }, name }: Deployment): void {
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowAlarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:${region}:${account}:alarm:${name('*')}` },
      },
    }),
  );
}

/** Budgets writes to the address itself: it knows nothing but amounts. The tag must be active for cost allocation. */
function budget(stack: Stack, { settings, name }: Deployment): void {
  const { monthlyUsd } = settings.budget;
  const notify = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notification: {
      notificationType,
      comparisonOperator: 'GREATER_THAN',
      threshold,
      thresholdType: 'PERCENTAGE',
    },
    subscribers: [{ subscriptionType: 'EMAIL', address: settings.alarms.email }],
  });
  new CfnBudget(stack, 'budget', {
    budget: {
      budgetName: name('monthly'),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:${hospitalTag}$${settings.id}`] },
    },
    notificationsWithSubscribers: [notify('ACTUAL', 80), notify('ACTUAL', 100), notify('FORECASTED', 100)],
  });
}

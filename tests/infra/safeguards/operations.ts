/** What people see when something is wrong, and what an auditor reads afterwards. */
import {
  type Found,
  found,
  nameOf,
  ofType,
  type Properties,
  type Statement,
  type Templates,
  target,
} from '../support/templates.ts';
import { classOfKey } from './buckets.ts';
import type { Safeguard } from './safeguard.ts';

const alarms = (templates: Templates) => ofType(templates, 'AWS::CloudWatch::Alarm');
const functions = (templates: Templates) => ofType(templates, 'AWS::Lambda::Function');
const queues = (templates: Templates) => ofType(templates, 'AWS::SQS::Queue');

/** Metric names of an alarm, those inside an expression included. */
const metricNames = ({ properties }: Found): string[] => [
  ...(properties.MetricName ? [properties.MetricName] : []),
  ...(properties.Metrics ?? []).flatMap((each: { MetricStat?: { Metric: { MetricName: string } } }) =>
    each.MetricStat ? [each.MetricStat.Metric.MetricName] : [],
  ),
];

/** Alarms name what they watch by an export; the alarm's own name says which it is. */
const alarmOf = (templates: Templates, name: string, metric: string): Found | undefined =>
  alarms(templates).find(
    (alarm) => alarm.properties.AlarmName === name && metricNames(alarm).includes(metric),
  );

function alarmFaults(templates: Templates): string[] {
  const missing = [
    ...queues(templates).flatMap((queue) => {
      const name = nameOf(queue);
      return name.endsWith('-dead-letters')
        ? [[name, 'ApproximateNumberOfMessagesVisible']]
        : [[`${name}-oldest-message`, 'ApproximateAgeOfOldestMessage']];
    }),
    ...functions(templates).map((fn) => [`${nameOf(fn)}-errors`, 'Errors']),
    ['cxai-example-given-up', 'Invocations'],
    ['cxai-example-sweep-stopped', 'Invocations'],
    ['cxai-example-orphaned-runs', 'orphaned-runs'],
    ['cxai-example-canary-failed', 'CanaryFailures'],
    ['cxai-example-canary-stopped', 'Invocations'],
    ['cxai-example-unswept-runs', 'unswept-runs'],
  ].filter(([name, metric]) => !alarmOf(templates, name!, metric!));
  return missing.map(([name]) => `no alarm ${name}`);
}

function actionFaults(templates: Templates): string[] {
  return alarms(templates).flatMap(({ stack, properties }) => {
    const topic = found(templates, target(templates, stack, properties.AlarmActions?.[0]));
    const open = letsAlarmsIn(templates, topic);
    const heard = ofType(templates, 'AWS::SNS::Subscription').some(
      (each) => found(templates, target(templates, each.stack, each.properties.TopicArn))?.id === topic?.id,
    );
    return topic && open && heard ? [] : [`${properties.AlarmName} is heard by nobody`];
  });
}

/** A topic with a policy of its own has lost the one that lets everything of the account publish. */
function letsAlarmsIn(templates: Templates, topic: Found | undefined): boolean {
  const policy = ofType(templates, 'AWS::SNS::TopicPolicy').find(({ stack, properties }) =>
    properties.Topics.some(
      (each: never) => target(templates, stack, each) === `${topic?.stack}/${topic?.id}`,
    ),
  );
  return ((policy?.properties.PolicyDocument.Statement ?? []) as Statement[]).some(
    ({ Effect, Principal, Action, Condition }) =>
      Effect === 'Allow' &&
      (Principal as { Service?: string }).Service === 'cloudwatch.amazonaws.com' &&
      Action.includes('sns:Publish') &&
      Condition?.ArnLike?.['aws:SourceArn'] ===
        'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:cxai-example-*',
  );
}

const deniesPlain = (statements: readonly Statement[]): boolean =>
  statements.some(
    ({ Effect, Condition }) => Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false',
  );

function messageFaults(templates: Templates): string[] {
  const policies = ofType(templates, 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy');
  return ofType(templates, 'AWS::SQS::Queue', 'AWS::SNS::Topic').flatMap((each) => {
    const policy = policies.find(({ stack, properties }) =>
      (properties.Queues ?? properties.Topics).some(
        (of: never) => target(templates, stack, of) === `${each.stack}/${each.id}`,
      ),
    );
    const key = classOfKey(templates, target(templates, each.stack, each.properties.KmsMasterKeyId));
    const expected = each.resource.Type === 'AWS::SQS::Queue' ? 'messages' : 'operations';
    return [
      ...(deniesPlain(policy?.properties.PolicyDocument.Statement ?? [])
        ? []
        : [`${nameOf(each)} answers without TLS`]),
      ...(key === expected ? [] : [`${nameOf(each)} lacks the ${expected} key`]),
    ];
  });
}

function logFaults(templates: Templates): string[] {
  return [
    ...functions(templates).flatMap((fn) => {
      const group = found(templates, target(templates, fn.stack, fn.properties.LoggingConfig?.LogGroup));
      return [
        ...(group ? [] : [`${nameOf(fn)} logs where nobody decided how long`]),
        ...(fn.properties.TracingConfig?.Mode === 'Active' ? [] : [`${nameOf(fn)} is not traced`]),
        ...((fn.properties.ReservedConcurrentExecutions ??
          fn.properties.FunctionScalingConfig?.MaxExecutionEnvironments) > 0
          ? []
          : [`${nameOf(fn)} may take every slot`]),
      ];
    }),
    ...ofType(templates, 'AWS::Logs::LogGroup').flatMap((group) => [
      ...(group.properties.RetentionInDays === 90
        ? []
        : [`${group.id} is kept for another time than the settings say`]),
      ...(classOfKey(templates, target(templates, group.stack, group.properties.KmsKeyId)) === 'operations'
        ? []
        : [`${group.id} lacks the operations key`]),
    ]),
  ];
}

const ownNamespace = 'CXAI/example';

/** Another deployment in the account has metrics of the same names and dimensions. */
function namespaceFaults(templates: Templates): string[] {
  const writers = [
    ...functions(templates).map((fn) => [nameOf(fn), fn.properties.Environment?.Variables] as const),
    ...ofType(templates, 'AWS::Batch::JobDefinition')
      .filter(({ properties }) => properties.JobDefinitionName.endsWith('-gpu-worker'))
      .map(({ id, properties }) => [id, jobVariables(properties)] as const),
  ];
  const read = ofType(
    templates,
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::Logs::MetricFilter',
  );
  return [
    ...writers
      .filter(([, variables]) => variables?.POWERTOOLS_METRICS_NAMESPACE !== ownNamespace)
      .map(([name]) => `${name} writes metrics among those of others`),
    ...read
      .filter(({ properties }) => /CXAI(?!\/example\b| example)\b/.test(JSON.stringify(properties)))
      .map(({ id }) => `${id} reads metrics of others`),
  ];
}

const jobVariables = ({ ContainerProperties }: Properties): Record<string, string> =>
  Object.fromEntries(
    ContainerProperties.Environment.map(({ Name, Value }: Record<string, string>) => [Name, Value]),
  );

function budgetFaults(templates: Templates): string[] {
  const budgets = ofType(templates, 'AWS::Budgets::Budget');
  const told = budgets.filter(({ properties }) => properties.NotificationsWithSubscribers?.length >= 2);
  return told.length === 1 && told[0]!.properties.Budget.BudgetLimit.Amount === 300
    ? []
    : ['no budget warns anybody'];
}

export const operationSafeguards: readonly Safeguard[] = [
  {
    name: 'every queue, dead-letter queue and function has its alarm, and somebody hears it',
    check: (templates) => [...alarmFaults(templates), ...actionFaults(templates)],
    breakages: {
      ...Object.fromEntries(
        [
          'cpu-dead-letters',
          'ingest-oldest-message',
          'explain-errors',
          'given-up',
          'orphaned-runs',
          'sweep-stopped',
          'unswept-runs',
          'canary-failed',
          'canary-stopped',
        ].map((name) => [
          `no alarm ${name}`,
          (templates: Templates) => {
            const alarm = alarms(templates).find(
              ({ properties }) => properties.AlarmName === `cxai-example-${name}`,
            )!;
            delete templates.watch!.Resources[alarm.id];
          },
        ]),
      ),
      'an alarm without an action': (templates) => {
        delete alarms(templates)[0]!.properties.AlarmActions;
      },
      'a topic that lets no alarm in': (templates) => {
        const [policy] = ofType(templates, 'AWS::SNS::TopicPolicy');
        const document = policy!.properties.PolicyDocument;
        document.Statement = document.Statement.filter(({ Effect }: Statement) => Effect === 'Deny');
      },
      'a topic without a reader': (templates) => {
        const [subscription] = ofType(templates, 'AWS::SNS::Subscription');
        delete templates.watch!.Resources[subscription!.id];
      },
    },
  },
  {
    name: 'messages are encrypted with the key of their class and travel over TLS',
    check: messageFaults,
    breakages: {
      'a queue without a policy': (templates) => {
        const [policy] = ofType(templates, 'AWS::SQS::QueuePolicy');
        delete templates[policy!.stack]!.Resources[policy!.id];
      },
      'a queue without a key': (templates) => {
        delete queues(templates)[0]!.properties.KmsMasterKeyId;
      },
    },
  },
  {
    name: 'functions are logged for the time in the settings, encrypted, traced and bounded',
    check: logFaults,
    breakages: {
      'logs kept for ever': (templates) => {
        delete ofType(templates, 'AWS::Logs::LogGroup')[0]!.properties.RetentionInDays;
      },
      'logs without a key': (templates) => {
        delete ofType(templates, 'AWS::Logs::LogGroup')[0]!.properties.KmsKeyId;
      },
      'a function with a log group of its own making': (templates) => {
        delete functions(templates)[0]!.properties.LoggingConfig;
      },
      'no trace': (templates) => {
        delete functions(templates)[0]!.properties.TracingConfig;
      },
      'no bound': (templates) => {
        delete functions(templates)[0]!.properties.ReservedConcurrentExecutions;
      },
    },
  },
  {
    name: 'metrics of two deployments in one account stay apart',
    check: namespaceFaults,
    breakages: {
      'a function without the namespace': (templates) => {
        delete functions(templates)[0]!.properties.Environment.Variables.POWERTOOLS_METRICS_NAMESPACE;
      },
      'an alarm on everybody’s canary': (templates) => {
        const alarm = alarmOf(templates, 'cxai-example-canary-failed', 'CanaryFailures');
        alarm!.properties.Namespace = 'CXAI';
      },
      'orphans of everybody counted': (templates) => {
        const [filter] = ofType(templates, 'AWS::Logs::MetricFilter');
        filter!.properties.MetricTransformations[0].MetricNamespace = 'CXAI';
      },
      'a graph of everybody’s methods': (templates) => {
        const [dashboard] = ofType(templates, 'AWS::CloudWatch::Dashboard');
        const body = JSON.stringify(dashboard!.properties.DashboardBody);
        dashboard!.properties.DashboardBody = JSON.parse(body.replaceAll('CXAI/example', 'CXAI'));
      },
    },
  },
  {
    name: 'a budget warns before and after it is spent',
    check: budgetFaults,
    breakages: {
      'nobody told': (templates) => {
        ofType(templates, 'AWS::Budgets::Budget')[0]!.properties.NotificationsWithSubscribers = [];
      },
    },
  },
];

/** Bucket -> queue: allowed, encrypted with two keys, filtered as the handlers expect, and in no circle. */
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

interface Rule {
  readonly bucket: Found;
  readonly queue: Found;
  readonly event: string;
  readonly filters: readonly { readonly Name: string; readonly Value: string }[];
}

export function notifications(templates: Templates): Rule[] {
  return ofType(templates, 'AWS::S3::Bucket').flatMap((bucket) =>
    ((bucket.properties.NotificationConfiguration?.QueueConfigurations ?? []) as Properties[]).map(
      (rule) => ({
        bucket,
        queue: found(templates, target(templates, bucket.stack, rule.Queue))!,
        event: rule.Event,
        filters: rule.Filter?.S3Key.Rules ?? [],
      }),
    ),
  );
}

const queuePolicy = (templates: Templates, queue: Found): Found | undefined =>
  ofType(templates, 'AWS::SQS::QueuePolicy').find(({ stack, properties }) =>
    properties.Queues.some((each: never) => target(templates, stack, each) === `${queue.stack}/${queue.id}`),
  );

const statements = (policy: Found | undefined): Statement[] =>
  policy?.properties.PolicyDocument.Statement ?? [];

const letsIn = (policy: Found | undefined, bucket: Found): boolean =>
  statements(policy).some(
    ({ Effect, Principal, Condition }) =>
      Effect === 'Allow' &&
      (Principal as { Service?: string }).Service === 's3.amazonaws.com' &&
      Condition?.ArnEquals?.['aws:SourceArn'] === `arn:aws:s3:::${nameOf(bucket)}` &&
      Condition?.StringEquals?.['aws:SourceAccount'] === '111122223333',
  );

function pathFaults(templates: Templates): string[] {
  return notifications(templates).flatMap(({ bucket, queue }) => {
    const policy = queuePolicy(templates, queue);
    const key = target(templates, queue.stack, queue.properties.KmsMasterKeyId);
    const bucketKey = bucket.properties.BucketEncryption.ServerSideEncryptionConfiguration[0];
    const statement = (
      found(templates, key)?.properties.KeyPolicy.Statement as Statement[] | undefined
    )?.find(({ Principal }) => (Principal as { Service?: string }).Service === 's3.amazonaws.com');
    const named = JSON.stringify(statement?.Condition ?? {}).includes(nameOf(bucket));
    return [
      ...(letsIn(policy, bucket) ? [] : [`${nameOf(queue)} does not let ${nameOf(bucket)} in`]),
      ...(named && statement?.Action.includes('kms:GenerateDataKey*')
        ? []
        : [`S3 cannot use the key of ${nameOf(queue)}`]),
      ...(classOfKey(templates, key) === 'messages' ? [] : [`${nameOf(queue)} lacks the messages key`]),
      ...(target(templates, bucket.stack, bucketKey.ServerSideEncryptionByDefault.KMSMasterKeyID) === key
        ? [`${nameOf(bucket)} and ${nameOf(queue)} share a key`]
        : []),
      ...(bucket.resource.DependsOn?.includes(policy?.id ?? '')
        ? []
        : [`${nameOf(bucket)} may come before the policy`]),
    ];
  });
}

/** What a resource needs before it: DependsOn and every reference inside its stack. */
function needs(templates: Templates, { stack, resource }: Pick<Found, 'stack' | 'resource'>): string[] {
  const text = JSON.stringify(resource);
  const references = [...text.matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"/g)].map(
    (match) => match[1] ?? match[2]!,
  );
  return [...references, ...(resource.DependsOn ?? [])].filter((id) => templates[stack]!.Resources[id]);
}

function circles(templates: Templates): string[] {
  return Object.keys(templates).flatMap((stack) => {
    const state = new Map<string, 'open' | 'done'>();
    const visit = (id: string): string[] => {
      if (state.get(id) === 'done') return [];
      if (state.get(id) === 'open') return [`${stack}: ${id} needs itself`];
      state.set(id, 'open');
      const resource = templates[stack]!.Resources[id]!;
      const faults = needs(templates, { stack, resource }).flatMap(visit);
      state.set(id, 'done');
      return faults;
    };
    return Object.keys(templates[stack]!.Resources).flatMap(visit);
  });
}

const first = (templates: Templates) => notifications(templates)[0]!;

export const notifyPathSafeguards: readonly Safeguard[] = [
  {
    name: 'a bucket may notify its queue, with two different keys',
    check: pathFaults,
    breakages: {
      'a queue that lets nobody in': (templates) => {
        const policy = queuePolicy(templates, first(templates).queue)!;
        policy.properties.PolicyDocument.Statement = statements(policy).filter(
          ({ Effect }) => Effect === 'Deny',
        );
      },
      'a queue that lets every bucket in': (templates) => {
        for (const statement of statements(queuePolicy(templates, first(templates).queue)))
          delete statement.Condition;
      },
      'a key that S3 may not use': (templates) => {
        for (const { properties } of ofType(templates, 'AWS::KMS::Key'))
          properties.KeyPolicy.Statement.splice(1);
      },
      'one key for both': (templates) => {
        const { bucket, queue } = first(templates);
        const [rule] = bucket.properties.BucketEncryption.ServerSideEncryptionConfiguration;
        rule.ServerSideEncryptionByDefault.KMSMasterKeyID = queue.properties.KmsMasterKeyId;
      },
      'a bucket made before the policy': (templates) => {
        delete first(templates).bucket.resource.DependsOn;
      },
      "SQS's own key": (templates) => {
        first(templates).queue.properties.KmsMasterKeyId = 'alias/aws/sqs';
      },
    },
  },
  {
    name: 'nothing needs itself',
    check: circles,
    breakages: {
      'a key policy that names the bucket resource': (templates) => {
        const { bucket } = first(templates);
        for (const { properties } of ofType(templates, 'AWS::KMS::Key')) {
          properties.KeyPolicy.Statement.push({ Resource: { 'Fn::GetAtt': [bucket.id, 'Arn'] } });
        }
      },
    },
  },
];

/** Identities of people and gateways: each does its own work and nothing beside it. */
import { describe, expect, it } from 'vitest';
import { hospital as example } from '../../infra/hospitals/example.ts';
import { synthesize } from './support/synthesize.ts';
import { found, list, nameOf, ofType, type Statement, type Templates, target } from './support/templates.ts';

const sharing = { viewer: { ...example.viewer, sharing: 'on' } } as const;
const { templates, findings } = synthesize(sharing);

const policy = (of: Templates, part: string) =>
  ofType(of, 'AWS::IAM::ManagedPolicy').find(
    ({ properties }) => properties.ManagedPolicyName === `cxai-example-${part}`,
  );

const statements = (part: string): Statement[] =>
  policy(templates, part)!.properties.PolicyDocument.Statement;

const actions = (part: string): string[] =>
  [...new Set(statements(part).flatMap(({ Action }) => list(Action)))].sort();

/** Names of what the statements with this action reach, object keys or queues. */
function reach(part: string, action: string): string[] {
  const { stack } = policy(templates, part)!;
  return statements(part)
    .filter(({ Action }) => list(Action).includes(action))
    .flatMap(({ Resource }) => list(Resource as string))
    .map((each) => {
      if (typeof each === 'string') return each.replace(/^arn:aws:s3:::cxai-example-(\w+)-[\w-]+\//, '$1: ');
      return nameOf(found(templates, target(templates, stack, each))!);
    })
    .sort();
}

describe('the uploader', () => {
  it('puts pictures below drop/ and reads nothing', () => {
    expect(actions('uploader')).toEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
      's3:AbortMultipartUpload',
      's3:PutObject',
    ]);
    expect(reach('uploader', 's3:PutObject')).toEqual(['drop: drop/*']);
  });
});

describe('the operator', () => {
  it('reads results and marks runs for another try', () => {
    expect(reach('operator', 's3:GetObject')).toEqual([
      'results: index.json',
      'results: index/*',
      'results: models/*',
      'results: runs/*',
    ]);
    expect(reach('operator', 's3:PutObject')).toEqual(['results: pending/*', 'results: runs/*/sent']);
    expect(JSON.stringify(statements('operator'))).not.toMatch(/cxai-example-drop|identifiable/);
  });

  it('returns dead letters that name runs, and counts those that name files', () => {
    const unnamed = ['cxai-example-catalog-dead-letters', 'cxai-example-cpu-dead-letters'];
    expect(reach('operator', 'sqs:ReceiveMessage')).toEqual(unnamed);
    expect(reach('operator', 'sqs:GetQueueAttributes')).toContain('cxai-example-ingest-dead-letters');
    expect(reach('operator', 'sqs:SendMessage')).toEqual(['cxai-example-catalog', 'cxai-example-cpu']);
  });
});

describe('the sharer', () => {
  it('makes and revokes links, and opens no map', () => {
    expect(reach('sharer', 's3:GetObject')).toEqual(['results: runs/*/manifest.json', 'results: shares/*']);
    expect(reach('sharer', 's3:PutObject')).toEqual(['results: shares/*']);
    expect(actions('sharer')).toEqual(
      expect.arrayContaining([
        'cloudfront-keyvaluestore:DescribeKeyValueStore',
        'cloudfront-keyvaluestore:PutKey',
        'secretsmanager:GetSecretValue',
      ]),
    );
  });

  it('is not there where sharing is off', () => {
    const { templates: off } = synthesize();
    expect(policy(off, 'sharer')).toBeUndefined();
    expect(policy(off, 'operator')).toBeDefined();
  });
});

it('none is attached to anybody here, and the rule packs have nothing to say', () => {
  for (const part of ['uploader', 'operator', 'sharer']) {
    const { Users, Groups, Roles } = policy(templates, part)!.properties;
    expect([Users, Groups, Roles]).toEqual([undefined, undefined, undefined]);
  }
  expect(findings).toEqual([]);
});

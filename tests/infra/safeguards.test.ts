/**
 * Every safeguard holds in the example hospital, removing it in any of the listed ways is noticed, and no rule
 * pack has anything left to say.
 */
import { CfnResource, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { bucketSafeguards } from './safeguards/buckets.ts';
import { networkSafeguards } from './safeguards/network.ts';
import { notifyPathSafeguards } from './safeguards/notify-path.ts';
import { operationSafeguards } from './safeguards/operations.ts';
import { permissionSafeguards } from './safeguards/permissions.ts';
import { queueSafeguards } from './safeguards/queues.ts';
import { siteSafeguards } from './safeguards/site.ts';
import { synthesize } from './support/synthesize.ts';

const { templates, findings, tags } = synthesize();
const safeguards = [
  ...queueSafeguards,
  ...bucketSafeguards,
  ...permissionSafeguards,
  ...notifyPathSafeguards,
  ...networkSafeguards,
  ...operationSafeguards,
  ...siteSafeguards,
];

describe.each(safeguards.map((safeguard) => [safeguard.name, safeguard] as const))('%s', (_, safeguard) => {
  it('holds in the example hospital', () => {
    expect(safeguard.check(templates)).toEqual([]);
  });

  it.each(Object.entries(safeguard.breakages))('is missed after: %s', (_, breakIt) => {
    const broken = structuredClone(templates);
    breakIt(broken);
    expect(broken).not.toEqual(templates);
    expect(safeguard.check(broken)).not.toEqual([]);
  });
});

describe('the rule packs', () => {
  it('have no unacknowledged finding in the example hospital', () => {
    expect(findings).toEqual([]);
  });

  it('are all at work: what each forbids stops the synthesis', () => {
    const spoil = (stack: Stack) => {
      new Bucket(stack, 'bare');
      new CfnResource(stack, 'odd', { type: 'AWS::SQS::Queue', properties: { Nonsense: 1 } });
    };
    const synthesis = () => synthesize({}, ({ data }) => spoil(data.stack));
    expect(synthesis).toThrow(
      /(?=[\s\S]*AwsSolutions-S1)(?=[\s\S]*HIPAA\.Security-S3BucketLoggingEnabled)(?=[\s\S]*CloudFormation-Validate::)/,
    );
  });
});

describe('the stacks', () => {
  it('carry the cost tags of the hospital', () => {
    for (const [part, stackTags] of Object.entries(tags)) {
      expect(stackTags).toEqual({
        'cost-center': 'radiology-research',
        'cxai:hospital': 'example',
        'cxai:part': part,
      });
    }
  });

  it('hold the functions, each with its handler of the one image', () => {
    const pipeline = Template.fromJSON(templates.pipeline as never);
    for (const name of ['ingest', 'explain', 'catalog', 'finish', 'sweep', 'canary']) {
      pipeline.hasResourceProperties('AWS::Lambda::Function', {
        FunctionName: `cxai-example-${name}`,
        PackageType: 'Image',
        ImageConfig: { Command: [`${name}.handler`] },
      });
    }
  });
});

/** Hospitals that choose otherwise: a gpu lane, share links, no VPC, signed cookies. The safeguards and the rule packs hold there too. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hospital as example } from '../../infra/hospitals/example.ts';
import type { HospitalInput } from '../../infra/settings/hospital-settings.ts';
import { bucketSafeguards } from './safeguards/buckets.ts';
import { networkSafeguards } from './safeguards/network.ts';
import { notifyPathSafeguards } from './safeguards/notify-path.ts';
import { operationSafeguards } from './safeguards/operations.ts';
import { permissionSafeguards } from './safeguards/permissions.ts';
import { queueSafeguards } from './safeguards/queues.ts';
import { synthesize } from './support/synthesize.ts';
import { ofType, type Properties, target } from './support/templates.ts';

const publicKeyPem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();

type Gpu = NonNullable<HospitalInput['lanes']>['gpu'];

const gpu: Gpu = {
  mode: 'batch',
  instanceTypes: ['g5.xlarge', 'g6.xlarge'],
  maxWorkers: 4,
  targetMinutes: 30,
  meanTaskSeconds: 6,
  purchase: 'spot',
};

const gpuFunction: Gpu = {
  mode: 'lambda',
  instanceTypes: ['g6.xlarge'],
  maxWorkers: 3,
  acceleratorMemory: 24,
};

const variants: Readonly<Record<string, Partial<HospitalInput>>> = {
  'a gpu lane and share links': { lanes: { gpu }, viewer: { ...example.viewer, sharing: 'on' } },
  'studies, and runs that expire': {
    study: { mode: 'batch', mostJobs: 36 },
    retention: { resultsDays: 365 },
    methods: 'all',
    metrics: 'full',
  },
  'a gpu function': { lanes: { gpu: gpuFunction } },
  'no VPC and signed cookies': {
    network: { mode: 'none' },
    viewer: { ...example.viewer, access: { mode: 'signed-cookies', publicKeyPem } },
  },
};

const synthesized = Object.entries(variants).map(([name, changes]) => [name, synthesize(changes)] as const);

describe.each(synthesized)('a hospital with %s', (_, { templates, findings }) => {
  it('keeps every safeguard', () => {
    const all = [
      queueSafeguards,
      bucketSafeguards,
      permissionSafeguards,
      notifyPathSafeguards,
      networkSafeguards,
      operationSafeguards,
    ];
    expect(all.flat().flatMap(({ check }) => check(templates))).toEqual([]);
  });

  it('has no unacknowledged finding', () => {
    expect(findings).toEqual([]);
  });
});

describe('signed cookies', () => {
  it('are demanded for everything below data/, and the pages stay open for the sign-on', () => {
    const [, { templates }] = synthesized.find(([name]) => name.includes('cookies'))!;
    const [distribution] = ofType(templates, 'AWS::CloudFront::Distribution');
    const { CacheBehaviors, DefaultCacheBehavior } = distribution!.properties.DistributionConfig;
    const guarded = CacheBehaviors.filter(
      ({ TrustedKeyGroups }: { TrustedKeyGroups?: [] }) => TrustedKeyGroups?.length,
    );
    const paths = (of: { PathPattern: string }[]) => of.map(({ PathPattern }) => PathPattern);
    expect(paths(guarded)).toEqual(paths(CacheBehaviors).filter((path) => path.startsWith('data/')));
    expect(DefaultCacheBehavior.TrustedKeyGroups).toBeUndefined();
  });
});

describe('runs that expire', () => {
  const catalogOf = (of: (typeof synthesized)[number][1]['templates']) =>
    ofType(of, 'AWS::Lambda::Function').find(({ properties }) =>
      properties.FunctionName.endsWith('-catalog'),
    )!.properties.Environment.Variables;

  it('leave the bucket and the index after the same time', () => {
    const [, { templates }] = synthesized.find(([name]) => name.includes('expire'))!;
    const rules = ofType(templates, 'AWS::S3::Bucket').flatMap(
      ({ properties }) => properties.LifecycleConfiguration?.Rules ?? [],
    );
    expect(rules.find(({ Id }: { Id: string }) => Id === 'expire-runs').ExpirationInDays).toBe(365);
    expect(catalogOf(templates).CXAI_RESULTS_DAYS).toBe('365');
  });

  it('stay in the index where they stay in the bucket', () => {
    const [, { templates }] = synthesized.find(([name]) => name.includes('cookies'))!;
    expect(catalogOf(templates)).not.toHaveProperty('CXAI_RESULTS_DAYS');
  });
});

describe('the gpu lane', () => {
  const [, { templates }] = synthesized.find(([name]) => name.includes('gpu'))!;
  const only = (type: string) => {
    const [one, ...more] = ofType(templates, type);
    expect(more).toEqual([]);
    return one!.properties;
  };

  it('costs nothing without work, and never runs more workers than allowed', () => {
    const { ComputeResources } = only('AWS::Batch::ComputeEnvironment');
    expect(ComputeResources).toMatchObject({
      MinvCpus: 0,
      MaxvCpus: 16,
      Type: 'SPOT',
      InstanceTypes: gpu.instanceTypes,
    });
    expect(ComputeResources.Ec2Configuration).toEqual([{ ImageType: 'ECS_AL2023_NVIDIA' }]);
  });

  it('runs one worker per GPU on CUDA, again only where a spot instance was taken back', () => {
    const job = only('AWS::Batch::JobDefinition');
    const { ResourceRequirements, Environment, Command } = job.ContainerProperties;
    expect(ResourceRequirements).toContainEqual({ Type: 'GPU', Value: '1' });
    expect(Environment).toContainEqual({ Name: 'CXAI_DEVICE', Value: 'cuda' });
    expect(Command).toBeUndefined();
    expect(job.RetryStrategy.EvaluateOnExit.map(({ Action }: { Action: string }) => Action)).toEqual([
      'RETRY',
      'EXIT',
    ]);
    expect(job.RetryStrategy.EvaluateOnExit[0].OnStatusReason).toBe('Host EC2*');
  });

  it('ends jobs that cannot start, and somebody hears of it', () => {
    expect(only('AWS::Batch::JobQueue').JobStateTimeLimitActions).toHaveLength(3);
    const names = ofType(templates, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmName);
    for (const name of ['gpu-blocked', 'gpu-dead-letters', 'gpu-oldest-message', 'dispatch-errors']) {
      expect(names).toContain(`cxai-example-${name}`);
    }
  });

  it('encrypts the disks of its instances and asks for session credentials', () => {
    const { BlockDeviceMappings, MetadataOptions } = only('AWS::EC2::LaunchTemplate').LaunchTemplateData;
    expect(BlockDeviceMappings.every(({ Ebs }: { Ebs: { Encrypted: boolean } }) => Ebs.Encrypted)).toBe(true);
    expect(MetadataOptions.HttpTokens).toBe('required');
  });

  it('is told to ingest, and to nobody where it is off', () => {
    const [, off] = synthesized.find(([name]) => name.includes('cookies'))!;
    const variables = (of: typeof templates) =>
      ofType(of, 'AWS::Lambda::Function').find(({ properties }) =>
        properties.FunctionName.endsWith('-ingest'),
      )!.properties.Environment.Variables;
    expect(variables(templates)).toHaveProperty('CXAI_GPU_QUEUE_URL');
    expect(variables(off.templates)).not.toHaveProperty('CXAI_GPU_QUEUE_URL');
  });
});

describe('what a plan holds', () => {
  const variables = (variant: string) =>
    ofType(synthesized.find(([name]) => name === variant)![1].templates, 'AWS::Lambda::Function').find(
      ({ properties }) => properties.FunctionName === 'cxai-example-ingest',
    )!.properties.Environment.Variables;

  it('follows the settings', () => {
    expect(variables('studies, and runs that expire')).toMatchObject({
      CXAI_METHODS: 'all',
      CXAI_METRICS: 'full',
    });
    expect(variables('a gpu function')).not.toHaveProperty('CXAI_METHODS');
    expect(variables('a gpu function')).toMatchObject({ CXAI_METRICS: 'quick' });
  });
});

describe('share links', () => {
  const [, { templates }] = synthesized.find(([name]) => name.includes('share'))!;
  const codeOf = (name: string): string =>
    ofType(templates, 'AWS::CloudFront::Function').find(
      ({ properties }) => properties.Name === `cxai-example-${name}`,
    )!.properties.FunctionCode;

  it('open the pages, which hold no data, and leave data/ to the networks of the hospital', () => {
    expect(codeOf('site-request')).toMatch(/^var networks = null;/);
    expect(codeOf('data-request')).toMatch(/^var networks = \["4:/);
  });

  it('are checked for every file below shared/, before anything else could answer', () => {
    const [distribution] = ofType(templates, 'AWS::CloudFront::Distribution');
    const functions = Object.fromEntries(
      ofType(templates, 'AWS::CloudFront::Function').map((each) => [each.id, each.properties.Name]),
    );
    const checkedBy = distribution!.properties.DistributionConfig.CacheBehaviors.map(
      (behavior: Properties) => [
        behavior.PathPattern,
        functions[target(templates, 'site', behavior.FunctionAssociations[0].FunctionARN)!.split('/')[1]!],
      ],
    );
    expect(Object.fromEntries(checkedBy)).toMatchObject({
      'share/redeem': 'cxai-example-share-redeem',
      'shared/runs/*/manifest.json': 'cxai-example-share-request',
      'shared/*': 'cxai-example-share-request',
    });
  });

  it('keep their key out of the template', () => {
    const [store] = ofType(templates, 'AWS::CloudFront::KeyValueStore');
    expect(Object.keys(store!.properties).sort()).toEqual(['Comment', 'Name']);
    const secret = ofType(templates, 'AWS::SecretsManager::Secret').find(({ stack }) => stack === 'site');
    expect(secret!.properties.SecretString).toBeUndefined();
    expect(secret!.properties.GenerateSecretString.PasswordLength).toBe(64);
  });

  it('do not exist where they are off', () => {
    const [, off] = synthesized.find(([name]) => name.includes('cookies'))!;
    expect(ofType(off.templates, 'AWS::CloudFront::KeyValueStore')).toEqual([]);
  });
});

describe('the gpu function', () => {
  const [, { templates }] = synthesized.find(([name]) => name === 'a gpu function')!;
  const functions = ofType(templates, 'AWS::Lambda::Function');
  const named = (name: string) =>
    functions.find(({ properties }) => properties.FunctionName === `cxai-example-${name}`)!;

  it('runs the explain handler on a GPU of its own, in an image, without anything kept warm', () => {
    expect(named('explain-gpu').properties).toMatchObject({
      PackageType: 'Image',
      Architectures: ['x86_64'],
      ImageConfig: { Command: ['explain.handler'] },
      AcceleratorConfig: { AcceleratorMemorySize: 24 },
      CapacityProviderConfig: {
        LambdaManagedInstancesCapacityProviderConfig: { PerExecutionEnvironmentMaxConcurrency: 1 },
      },
      FunctionScalingConfig: { MinExecutionEnvironments: 0, MaxExecutionEnvironments: 3 },
      Environment: { Variables: { CXAI_DEVICE: 'cuda' } },
    });
    expect(named('explain-gpu').properties).not.toHaveProperty('VpcConfig');
    expect(named('explain').properties).not.toHaveProperty('AcceleratorConfig');
  });

  it('is the only place where the schema of the library is overruled, by this one property', () => {
    const odd = functions.filter(({ properties }) => 'AcceleratorConfig' in properties);
    expect(odd.map(({ properties }) => properties.FunctionName)).toEqual(['cxai-example-explain-gpu']);
  });

  it('stays within the instances and the network of the settings', () => {
    const [provider] = ofType(templates, 'AWS::Lambda::CapacityProvider');
    expect(provider!.properties).toMatchObject({
      InstanceRequirements: { AllowedInstanceTypes: ['g6.xlarge'], Architectures: ['x86_64'] },
      CapacityProviderScalingConfig: { MaxVCpuCount: 12 },
    });
    const subnets = provider!.properties.VpcConfig.SubnetIds;
    expect(subnets).toEqual(named('explain').properties.VpcConfig.SubnetIds.map(() => expect.anything()));
  });

  it('reads the gpu queue one task at a time, and needs neither dispatcher nor job queue', () => {
    const [mapping, ...more] = ofType(templates, 'AWS::Lambda::EventSourceMapping').filter(
      ({ stack }) => stack === 'gpu',
    );
    expect(more).toEqual([]);
    expect(mapping!.properties).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 3 },
    });
    expect(ofType(templates, 'AWS::Batch::JobQueue')).toEqual([]);
    expect(named('dispatch')).toBeUndefined();
    const names = ofType(templates, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmName);
    for (const name of ['gpu-dead-letters', 'gpu-oldest-message', 'explain-gpu-errors']) {
      expect(names).toContain(`cxai-example-${name}`);
    }
  });
});

/** `cxai doctor --aws`: a healthy account passes every check, and each fault is found by its own check alone. */
import { describe, expect, it } from 'vitest';
import { awsChecks, type DoctorClients } from '../../../functions/doctor/aws-checks.ts';

type Answers = Readonly<Record<string, object | Error | undefined>>;
const image = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/assets@sha256:ab12';
const failure = (name: string) => Object.assign(new Error(name), { name });

const healthy: Answers = {
  HeadBucket: {},
  GetQueueUrl: { QueueUrl: 'https://sqs/queue' },
  GetQueueAttributes: { Attributes: { ApproximateNumberOfMessages: '0' } },
  GetAccountSettings: { AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 931 } },
  GpuFunction: failure('ResourceNotFoundException'),
  GetFunction: {
    Configuration: { State: 'Active', LastUpdateStatus: 'Successful' },
    Code: { ResolvedImageUri: image },
  },
  DescribeImages: { imageDetails: [{}] },
  ListEventSourceMappings: { EventSourceMappings: [{ State: 'Enabled' }] },
  GetServiceQuota: { Quota: { Value: 16 } },
  DescribeJobQueues: {
    jobQueues: [
      {
        state: 'ENABLED',
        status: 'VALID',
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'gpu' }],
      },
    ],
  },
  DescribeComputeEnvironments: { computeEnvironments: [{ computeResources: { type: 'SPOT' } }] },
  DescribeJobDefinitions: { jobDefinitions: [{ revision: 2, containerProperties: { image } }] },
};

/** Every client answers from one table, by the name of the command. */
async function examine(changes: Answers = {}): Promise<{ failed: string[]; found: Record<string, string> }> {
  const answers = { ...healthy, ...changes };
  const send = async (command: object) => {
    const name = command.constructor.name.replace(/Command$/, '');
    const { FunctionName, QuotaCode } =
      (command as { input?: { FunctionName?: string; QuotaCode?: string } }).input ?? {};
    if (QuotaCode && answers[QuotaCode]) return answers[QuotaCode];
    // The gpu function is there in installations of that kind only.
    const answer =
      answers[FunctionName === 'cxai-example-explain-gpu' && name === 'GetFunction' ? 'GpuFunction' : name];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = { send } as never;
  const clients = { s3: client, sqs: client, lambda: client, batch: client, ecr: client, quotas: client };
  const checks = awsChecks(clients satisfies DoctorClients, {
    name: 'cxai-example',
    buckets: ['drop', 'results'],
  });
  const failed: string[] = [];
  const found: Record<string, string> = {};
  for (const { name, remedy, run } of checks) {
    expect(remedy).toMatch(/^\w.+\.$/);
    found[name] = await run().catch((error: Error) => {
      failed.push(name);
      return error.message;
    });
  }
  return { failed, found };
}

const functions = ['ingest', 'explain', 'catalog', 'finish', 'sweep', 'canary'];

describe('the checks of a deployment', () => {
  it('pass in a healthy account', async () => {
    const { failed, found } = await examine();
    expect(failed).toEqual([]);
    expect(found).toMatchObject({
      'lambda quota': '1000 at once, 931 unreserved',
      'cpu lane': 'reads its queue',
    });
  });

  it.each<[string, Answers, string[]]>([
    ['a closed bucket', { HeadBucket: failure('AccessDenied') }, ['buckets']],
    [
      'dead letters',
      { GetQueueAttributes: { Attributes: { ApproximateNumberOfMessages: '3' } } },
      ['dead letters'],
    ],
    [
      'too few concurrent executions',
      {
        GetAccountSettings: {
          AccountLimit: { ConcurrentExecutions: 119, UnreservedConcurrentExecutions: 50 },
        },
      },
      ['lambda quota'],
    ],
    ['a function that was not deployed', { GetFunction: failure('ResourceNotFoundException') }, functions],
    [
      'a function that cannot start',
      {
        GetFunction: {
          Configuration: { State: 'Failed', StateReason: 'ImageDeleted' },
          Code: { ImageUri: image },
        },
      },
      functions,
    ],
    [
      'images deleted from the registry',
      { DescribeImages: { imageDetails: [] } },
      [...functions, 'gpu lane'],
    ],
    [
      'a switched-off event source',
      { ListEventSourceMappings: { EventSourceMappings: [{ State: 'Disabled' }] } },
      ['cpu lane'],
    ],
    ['a quota of 0 for G instances', { GetServiceQuota: { Quota: { Value: 0 } } }, ['gpu lane']],
    [
      'a job queue that cannot place jobs',
      { DescribeJobQueues: { jobQueues: [{ state: 'ENABLED', status: 'INVALID' }] } },
      ['gpu lane'],
    ],
    ['a worker that was not deployed', { DescribeJobDefinitions: { jobDefinitions: [] } }, ['gpu lane']],
  ])('find %s', async (_, changes, expected) => {
    expect((await examine(changes)).failed).toEqual(expected);
  });

  it('look at the gpu function where that is the lane, and at no job queue', async () => {
    const GpuFunction = healthy.GetFunction;
    const { failed, found } = await examine({ GpuFunction, DescribeJobQueues: failure('AccessDenied') });
    expect(failed).toEqual([]);
    expect(found['gpu lane']).toBe('quota 16 vCPU on demand; active, its image is there');
    const broken = { GpuFunction: { Configuration: { State: 'Failed' }, Code: { ImageUri: image } } };
    expect((await examine(broken)).failed).toEqual(['gpu lane']);
  });

  it.each([
    ['spot', 'SPOT', 'L-3819A6DF'],
    ['on demand', 'EC2', 'L-DB2E81BA'],
  ])('ask for the quota of what the lane buys, %s, whatever the other is', async (purchase, type, code) => {
    const DescribeComputeEnvironments = { computeEnvironments: [{ computeResources: { type } }] };
    const none = { Quota: { Value: 0 } };
    const { failed, found } = await examine({ DescribeComputeEnvironments, [code]: none });
    expect(failed).toEqual(['gpu lane']);
    expect(found['gpu lane']).toBe(`quota 0 vCPU ${purchase}`);
    const [other] = ['L-3819A6DF', 'L-DB2E81BA'].filter((each) => each !== code);
    expect((await examine({ DescribeComputeEnvironments, [other!]: none })).failed).toEqual([]);
  });

  it('name the queues that are missing; without a gpu queue that lane is off, not broken', async () => {
    const { failed, found } = await examine({ GetQueueUrl: failure('QueueDoesNotExist') });
    expect(failed).toEqual(['queues']);
    expect(found.queues).toBe('no queue cxai-example-ingest, cxai-example-cpu, cxai-example-catalog');
    expect(found['gpu lane']).toMatch(/^off/);
  });
});

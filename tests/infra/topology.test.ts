/** `npm start` and AWS run the same pipeline: same notifications, same patience, same handlers on same queues. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsClients } from '../../functions/common/aws-clients.ts';
import { lambdaRetries } from '../../functions/common/defer-record.ts';
import { readEnvironment } from '../../functions/common/environment.ts';
import { startCloud } from '../../functions/local/cloud/start-cloud.ts';
import { createTopology, type Topology } from '../../functions/local/topology.ts';
import { maxReceiveCount } from '../../infra/constructs/work-queue.ts';
import { notifications } from './safeguards/notify-path.ts';
import { synthesize } from './support/synthesize.ts';
import { nameOf, ofType } from './support/templates.ts';

const { templates } = synthesize();
const credentials = { accessKeyId: 'topology-test', secretAccessKey: 'topology-test-secret' };
let directory: string;
let cloud: Awaited<ReturnType<typeof startCloud>>;
let clients: ReturnType<typeof createAwsClients>;
let local: Topology;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cxai-topology-'));
  cloud = await startCloud({ directory, port: 0, credentials });
  clients = createAwsClients({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
  local = await createTopology(clients);
});

afterAll(async () => {
  await cloud.close();
  await rm(directory, { recursive: true });
});

/** `cxai-example-drop-111122223333-eu-central-1` and `cxai-drop` are both `drop`. */
const shortName = (name: string): string => name.replace(/^cxai-(example-)?/, '').replace(/-\d{12}-.*$/, '');

interface Wire {
  readonly bucket: string;
  readonly queue: string;
  readonly event: string;
  readonly filter: string;
}

async function localWires(bucket: string): Promise<Wire[]> {
  const { QueueConfigurations = [] } = await clients.s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
  );
  return QueueConfigurations.map(({ QueueArn, Events, Filter }) => ({
    bucket: shortName(bucket),
    queue: shortName(QueueArn!.split(':').at(-1)!),
    event: Events!.join(),
    filter: Filter!.Key!.FilterRules!.map(({ Name, Value }) => `${Name!.toLowerCase()}=${Value}`).join(),
  }));
}

describe('the local pipeline and the deployed one', () => {
  it('notify the same queues of the same objects', async () => {
    const wires = [...(await localWires(local.dropBucket)), ...(await localWires(local.resultsBucket))];
    // Receipts have a queue on a laptop only, where the drop folder waits for them.
    const shared = wires.filter(({ queue }) => queue !== 'receipts');
    const deployed = notifications(templates).map(({ bucket, queue, event, filters }) => ({
      bucket: shortName(nameOf(bucket)),
      queue: shortName(nameOf(queue)),
      event,
      filter: filters.map(({ Name, Value }) => `${Name.toLowerCase()}=${Value}`).join(),
    }));
    expect(deployed).toEqual(shared);
    expect(deployed).toHaveLength(2);
  });

  it('give up after the same number of deliveries, into queues of the same names', async () => {
    for (const name of ['ingest', 'cpu', 'catalog'] as const) {
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: local.queues[name], AttributeNames: ['RedrivePolicy'] }),
      );
      const redrive = JSON.parse(Attributes!.RedrivePolicy!);
      expect(Number(redrive.maxReceiveCount)).toBe(maxReceiveCount);
      expect(redrive.deadLetterTargetArn).toMatch(new RegExp(`cxai-${name}-dead-letters$`));
    }
    const deployed = ofType(templates, 'AWS::SQS::Queue').map((queue) => shortName(nameOf(queue)));
    const onLaptop = Object.keys(local.queues).filter((name) => name !== 'receipts');
    // Schedules have no queue of its own on a laptop; in AWS its failed calls are kept.
    expect(
      deployed.filter((name) => !['sweep-dead-letters', 'canary-dead-letters'].includes(name)).sort(),
    ).toEqual(onLaptop.sort());
  });
});

interface DeployedQueue {
  readonly name: string;
  readonly visibility: number;
  readonly retention: number;
}

const deployedQueues: DeployedQueue[] = ofType(templates, 'AWS::SQS::Queue').map((queue) => ({
  name: shortName(nameOf(queue)),
  visibility: Number(queue.properties.VisibilityTimeout),
  retention: Number(queue.properties.MessageRetentionPeriod),
}));

describe('the patience of the deployed pipeline', () => {
  it('ends a run only after its last message has been delivered for the last time, and before SQS drops one', () => {
    const { CXAI_RUN_DEADLINE_SECONDS: deadline } = readEnvironment({
      CXAI_DROP_BUCKET: 'drop',
      CXAI_RESULTS_BUCKET: 'results',
      CXAI_CPU_QUEUE_URL: 'https://cpu',
    });
    const lanes = deployedQueues.filter(({ name }) => ['cpu', 'gpu'].includes(name));
    expect(lanes.length).toBeGreaterThan(0);
    for (const { visibility, retention } of lanes) {
      expect(deadline).toBeGreaterThan(maxReceiveCount * visibility);
      expect(deadline).toBeLessThan(retention);
    }
    const set = ofType(templates, 'AWS::Lambda::Function').filter(({ properties }) =>
      JSON.stringify(properties).includes('CXAI_RUN_DEADLINE_SECONDS'),
    );
    expect(set).toEqual([]);
  });

  it('brings no failed record back later than its queue would', () => {
    for (const { visibility } of deployedQueues) {
      expect(visibility).toBeGreaterThanOrEqual(lambdaRetries.mostSeconds);
    }
  });

  it('lets every function that reads a queue change how long a message stays hidden', () => {
    const ofFunctions = ofType(templates, 'AWS::IAM::ManagedPolicy').filter(
      ({ properties }) => !('ManagedPolicyName' in properties),
    );
    const policies = ofFunctions.flatMap(({ properties }) => {
      const { Statement } = properties.PolicyDocument as { Statement: { Action: string | string[] }[] };
      return Statement.map(({ Action }) => [Action].flat());
    });
    const readers = policies.filter((actions) => actions.includes('sqs:ReceiveMessage'));
    expect(readers.length).toBeGreaterThan(3);
    for (const actions of readers) expect(actions).toContain('sqs:ChangeMessageVisibility');
  });
});

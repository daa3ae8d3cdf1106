/**
 * A VPC without any route to the internet. S3 is reached through a gateway endpoint (free) that only lets
 * this account's buckets through; SQS and Secrets Manager through interface endpoints, which cost by the hour
 * (infra/cost-model.ts). Functions that only touch S3 never use those.
 */
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import type { Deployment } from './deployment.ts';
import { encryptedLogs } from './encrypted-logs.ts';
import type { Network } from './image-function.ts';
import { managedRole } from './managed-role.ts';

export interface NetworkOptions {
  readonly cidr: string;
  readonly logKey: IKey;
}

export function privateNetwork(
  scope: Construct,
  deployment: Deployment,
  { cidr, logKey }: NetworkOptions,
): Network {
  const vpc = new Vpc(scope, 'vpc', {
    vpcName: deployment.name('vpc'),
    ipAddresses: IpAddresses.cidr(cidr),
    maxAzs: 2,
    natGateways: 0,
    subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }],
  });
  const functions = securityGroup(
    scope,
    'functions-group',
    vpc,
    'CXAI functions: TLS to the endpoints of this VPC',
  );
  const endpoints = securityGroup(
    scope,
    'endpoints-group',
    vpc,
    'CXAI private endpoints: TLS from the functions',
  );
  endpoints.addIngressRule(functions, Port.tcp(443), 'AWS interfaces, TLS');
  functions.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'TLS; no route leads out of this VPC');
  acknowledge(vpc, 'default security group unused');
  addGatewayEndpoint(vpc, deployment);
  for (const [id, service] of Object.entries(interfaceEndpoints(deployment))) {
    const endpoint = vpc.addInterfaceEndpoint(`${id}-endpoint`, {
      service,
      securityGroups: [endpoints],
      open: false,
      privateDnsEnabled: true,
    });
    if (!withoutPolicy.includes(id)) endpoint.addToPolicy(ownAccountOnly(deployment));
  }
  flowLog(scope, vpc, deployment, logKey);
  return { vpc, functions };
}

/**
 * Neither another account's credentials nor another account's queue, secret, image or log group: what is taken over
 * inside cannot carry pictures out with keys that it brings along.
 */
const ownAccountOnly = ({ settings: { account } }: Deployment): PolicyStatement =>
  new PolicyStatement({
    sid: 'OwnAccountOnly',
    principals: [new AnyPrincipal()],
    actions: ['*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:PrincipalAccount': account, 'aws:ResourceAccount': account } },
  });

/** Instances talk to ECS through these, and they take no policy: https://github.com/awsdocs/amazon-ecs-developer-guide/issues/55 */
const withoutPolicy: readonly string[] = ['ecs-agent', 'ecs-telemetry'];

/** Each costs by the hour in every zone. */
function interfaceEndpoints({ settings }: Deployment): Record<string, InterfaceVpcEndpointAwsService> {
  const {
    SQS,
    SECRETS_MANAGER,
    ECR,
    ECR_DOCKER,
    ECS,
    ECS_AGENT,
    ECS_TELEMETRY,
    CLOUDWATCH_LOGS,
    BATCH,
    XRAY,
  } = InterfaceVpcEndpointAwsService;
  return {
    sqs: SQS,
    secrets: SECRETS_MANAGER,
    ...(settings.lanes.gpu.mode === 'lambda' ? { logs: CLOUDWATCH_LOGS, xray: XRAY } : {}),
    ...(settings.study.mode === 'batch'
      ? { 'ecr-api': ECR, 'ecr-images': ECR_DOCKER, logs: CLOUDWATCH_LOGS, batch: BATCH }
      : {}),
    ...(settings.lanes.gpu.mode !== 'batch'
      ? {}
      : {
          'ecr-api': ECR,
          'ecr-images': ECR_DOCKER,
          ecs: ECS,
          'ecs-agent': ECS_AGENT,
          'ecs-telemetry': ECS_TELEMETRY,
          logs: CLOUDWATCH_LOGS,
          batch: BATCH,
        }),
  };
}

/** Objects of this deployment's data buckets, and the layers of its image where instances pull it. */
function addGatewayEndpoint(vpc: Vpc, deployment: Deployment): void {
  const { lanes, region, study } = deployment.settings;
  const names = ['drop', 'results', ...(study.mode === 'off' ? [] : (['study'] as const))] as const;
  const buckets = names.map((name) => deployment.bucketArn(name));
  const endpoint = vpc.addGatewayEndpoint('s3-endpoint', { service: GatewayVpcEndpointAwsService.S3 });
  endpoint.addToPolicy(
    new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: buckets.flatMap((bucket) => [bucket, `${bucket}/*`]),
      conditions: { StringEquals: { 'aws:PrincipalAccount': deployment.settings.account } },
    }),
  );
  if (lanes.gpu.mode !== 'batch' && study.mode !== 'batch') return;
  endpoint.addToPolicy(
    new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: ['s3:GetObject'],
      resources: [`arn:aws:s3:::prod-${region}-starport-layer-bucket/*`],
    }),
  );
}

function securityGroup(scope: Construct, id: string, vpc: Vpc, description: string): SecurityGroup {
  return new SecurityGroup(scope, id, { vpc, description, allowAllOutbound: false });
}

/** Connections only (addresses, ports, bytes): no content passes through a flow log. */
function flowLog(scope: Construct, vpc: Vpc, deployment: Deployment, logKey: IKey): void {
  const logs = encryptedLogs(scope, deployment, 'network', logKey);
  const { role } = managedRole(scope, 'flow-log', {
    service: 'vpc-flow-logs.amazonaws.com',
    description: 'What the flow log of the CXAI network may do',
    statements: [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
        resources: [logs.logGroupArn],
      }),
    ],
  });
  vpc.addFlowLog('flow-log', {
    destination: FlowLogDestination.toCloudWatchLogs(logs, role.withoutPolicyUpdates()),
    trafficType: FlowLogTrafficType.ALL,
  });
}

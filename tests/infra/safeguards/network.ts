/** The private network: what its endpoints let through stays in this account. */
import { type Found, list, ofType, type Statement, type Templates } from '../support/templates.ts';
import type { Safeguard } from './safeguard.ts';

const account = '111122223333';
/** AWS lets nobody put a policy on these; ECS agents of GPU instances alone need them. */
const withoutPolicy = /\.ecs-(agent|telemetry)$/;
const ownBuckets = /^arn:aws:s3:::cxai-example-(drop|results|study)-111122223333-[a-z0-9-]+(\/\*)?$/;
/** ECR keeps the layers of an account's images in a bucket of its own. */
const imageLayers = /^arn:aws:s3:::prod-[a-z0-9-]+-starport-layer-bucket\/\*$/;

const endpoints = (templates: Templates, kind: 'Interface' | 'Gateway'): Found[] =>
  ofType(templates, 'AWS::EC2::VPCEndpoint').filter(({ properties }) => properties.VpcEndpointType === kind);

const statements = ({ properties }: Found): Statement[] => properties.PolicyDocument?.Statement ?? [];
const condition = ({ Condition }: Statement, key: string) => Condition?.StringEquals?.[key];

function interfaceFaults(templates: Templates): string[] {
  return endpoints(templates, 'Interface')
    .filter(({ properties }) => !withoutPolicy.test(properties.ServiceName))
    .filter(
      (endpoint) =>
        statements(endpoint).length === 0 ||
        statements(endpoint).some(
          (statement) =>
            condition(statement, 'aws:PrincipalAccount') !== account ||
            condition(statement, 'aws:ResourceAccount') !== account,
        ),
    )
    .map(({ properties }) => `${properties.ServiceName} reaches other accounts`);
}

function gatewayFaults(templates: Templates): string[] {
  return endpoints(templates, 'Gateway')
    .filter(
      (endpoint) =>
        statements(endpoint).length === 0 ||
        statements(endpoint).some((statement) => {
          const resources = list(statement.Resource as string | string[]);
          const own = resources.every((resource) => ownBuckets.test(resource));
          if (own) return condition(statement, 'aws:PrincipalAccount') !== account;
          const reads = list(statement.Action).every((action) => action === 's3:GetObject');
          return !reads || !resources.every((resource) => imageLayers.test(resource));
        }),
    )
    .map(({ id }) => `${id} reaches buckets of others`);
}

const of = (templates: Templates, service: string): Found =>
  endpoints(templates, 'Interface').find(({ properties }) => properties.ServiceName.endsWith(`.${service}`))!;

export const networkSafeguards: readonly Safeguard[] = [
  {
    name: 'endpoints of the private network lead to this account only, with its own credentials',
    check: (templates) => [...interfaceFaults(templates), ...gatewayFaults(templates)],
    breakages: {
      'queues without a policy': (templates) => {
        delete of(templates, 'sqs').properties.PolicyDocument;
      },
      'queues of another account': (templates) => {
        const [statement] = statements(of(templates, 'sqs'));
        delete statement!.Condition!.StringEquals!['aws:ResourceAccount'];
      },
      'credentials that somebody brings along': (templates) => {
        const [statement] = statements(of(templates, 'secretsmanager'));
        delete statement!.Condition!.StringEquals!['aws:PrincipalAccount'];
      },
      'a second statement for everything': (templates) => {
        statements(of(templates, 'sqs')).push({ Effect: 'Allow', Action: '*', Resource: '*' });
      },
      'every bucket there is': (templates) => {
        const [statement] = statements(endpoints(templates, 'Gateway')[0]!);
        statement!.Resource = 'arn:aws:s3:::*';
      },
    },
  },
];

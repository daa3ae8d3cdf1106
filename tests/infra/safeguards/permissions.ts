/** Who may do what: nothing by wildcard without a reason, patients' files for two functions only. */
import {
  type Found,
  found,
  list,
  nameOf,
  ofType,
  type Statement,
  type Templates,
  target,
} from '../support/templates.ts';
import type { Safeguard } from './safeguard.ts';

interface Granted {
  readonly holder: string;
  readonly statement: Statement;
}

/** Of roles: managed policies (inline ones are refused by a safeguard of their own). */
const granted = (templates: Templates): Granted[] =>
  ofType(templates, 'AWS::IAM::ManagedPolicy').flatMap((policy) =>
    (policy.properties.PolicyDocument.Statement as Statement[])
      .filter(({ Effect }) => Effect === 'Allow')
      .map((statement) => ({ holder: policy.id, statement })),
  );

/** These take no resource; see the service authorization reference. */
const withoutResource =
  /^(xray:Put(TraceSegments|TelemetryRecords)|ec2:((Describe|Create|Delete)NetworkInterfaces?|DescribeSubnets|(Una|A)ssignPrivateIpAddresses)|ecr:GetAuthorizationToken|ecs:DiscoverPollEndpoint|batch:ListJobs)$/;
/** AWS Batch makes the cluster of a gpu lane and names it. */
const batchClusters = /^arn:aws:ecs:[a-z0-9-]+:\d{12}:(cluster|container-instance)\/AWSBatch-\*$/;
const ownObjects = /^arn:aws:s3:::cxai-example-(drop|results|study)-\d{12}-[a-z0-9-]+\/[a-z]+\/\S+$/;

function wildcardFaults(templates: Templates): string[] {
  return granted(templates).flatMap(({ holder, statement }) => {
    const actions = list(statement.Action);
    const resources = list(statement.Resource as string | string[]).map((each) => JSON.stringify(each));
    const wide = resources.filter((each) => each.includes('*')).map((each) => each.replaceAll('"', ''));
    return [
      ...actions.filter((action) => action.includes('*')).map((action) => `${holder} may ${action}`),
      ...wide
        .filter((each) =>
          each === '*'
            ? !actions.every((action) => withoutResource.test(action))
            : !ownObjects.test(each) && !batchClusters.test(each),
        )
        .map((each) => `${holder} reaches ${each}`),
    ];
  });
}

const keys = (templates: Templates) => ofType(templates, 'AWS::KMS::Key');

/** A service may use a key only for this account's own resources. */
function keyPolicyFaults(templates: Templates): string[] {
  return keys(templates).flatMap((key) =>
    (key.properties.KeyPolicy.Statement as Statement[]).flatMap((statement) => {
      const { Service, AWS } = statement.Principal as { Service?: string; AWS?: string };
      if (Service === undefined)
        return AWS === 'arn:aws:iam::111122223333:root' ? [] : [`${key.id} trusts ${AWS}`];
      // CloudWatch names no source; the topic's policy does (operations.ts).
      if (Service === 'cloudwatch.amazonaws.com') return [];
      const condition = JSON.stringify(statement.Condition ?? {});
      return /aws:SourceArn|kms:EncryptionContext/.test(condition) && condition.includes('111122223333')
        ? []
        : [`${key.id} lets ${Service} act for anybody`];
    }),
  );
}

const identifiable = /cxai-example-drop-|identifiablekey/;
/** The canary's own uploads and receipts show nobody. */
const canaryOwn = /-eu-central-1(\/(drop|receipts)\/canary\/\*)?$/;

const reachesOwnOnly = ({ holder, statement }: Granted): boolean =>
  /^canaryrole/.test(holder) &&
  (list(statement.Action).every((action) => action.startsWith('kms:')) ||
    list(statement.Resource as string | string[])
      .map((each) => JSON.stringify(each).replaceAll('"', ''))
      .filter((each) => identifiable.test(each))
      .every((each) => canaryOwn.test(each)));

/** Whoever drops pictures puts them there and reads none; S3 decrypts parts of an upload to put them together. */
const uploading = /^(s3:(PutObject|AbortMultipartUpload)|kms:(GenerateDataKey|Decrypt))$/;

const dropsOnly = ({ holder, statement }: Granted): boolean =>
  /^uploaderpolicy/.test(holder) && list(statement.Action).every((action) => uploading.test(action));

function identifiableFaults(templates: Templates): string[] {
  return granted(templates)
    .filter(({ statement }) => identifiable.test(JSON.stringify(statement.Resource)))
    .filter(({ holder }) => !/^(ingest|finish)role/.test(holder))
    .filter((each) => !reachesOwnOnly(each) && !dropsOnly(each))
    .map(({ holder }) => `${holder} reaches identifiable data`);
}

function keyUseFaults(templates: Templates): string[] {
  return granted(templates)
    .filter(({ statement }) => list(statement.Action).some((action) => action.startsWith('kms:')))
    .filter(({ statement }) => statement.Condition?.StringEquals?.['kms:ViaService'] === undefined)
    .map(({ holder }) => `${holder} may decrypt what was carried away`);
}

const functions = (templates: Templates) => ofType(templates, 'AWS::Lambda::Function');
const variables = (fn: Found): Record<string, unknown> => fn.properties.Environment?.Variables ?? {};

function secretFaults(templates: Templates): string[] {
  return functions(templates).flatMap((fn) => {
    const named = Object.entries(variables(fn));
    const readable = named.filter(
      ([name, value]) =>
        name === 'CXAI_REFERENCE_KEY' || (typeof value === 'string' && /\b[0-9a-f]{64}\b/.test(value)),
    );
    const mayHave = /-(ingest|finish)$/.test(nameOf(fn));
    const has = 'CXAI_REFERENCE_KEY_SECRET' in variables(fn);
    return [
      ...readable.map(([name]) => `${nameOf(fn)} shows a secret in ${name}`),
      ...(mayHave === has
        ? []
        : [`${nameOf(fn)}: the reference key is ${has ? 'not its business' : 'missing'}`]),
    ];
  });
}

const openTrusts = (templates: Templates): string[] =>
  ofType(templates, 'AWS::IAM::Role')
    .filter(({ properties }) => /"\*"|:root/.test(JSON.stringify(properties.AssumeRolePolicyDocument)))
    .map(({ id }) => `${id} can be assumed by anybody`);

/** With it Lambda runs the instances of a capacity provider; see the acknowledgement of the gpu function. */
const lambdaOperator = ':policy/AWSLambdaManagedEC2ResourceOperator"';

function inlineFaults(templates: Templates): string[] {
  return [
    ...ofType(templates, 'AWS::IAM::Policy').map(({ id }) => `${id} is inline`),
    ...ofType(templates, 'AWS::IAM::Role').flatMap(({ id, properties }) => [
      ...(properties.Policies ? [`${id} holds inline policies`] : []),
      ...list(properties.ManagedPolicyArns)
        .filter((arn) => !JSON.stringify(arn).includes(lambdaOperator))
        .map(() => `${id} has a policy that AWS may widen`),
    ]),
  ];
}

const statementOf = (templates: Templates, holder: RegExp, action: string): Statement =>
  granted(templates).find((each) => holder.test(each.holder) && list(each.statement.Action).includes(action))!
    .statement;

export const permissionSafeguards: readonly Safeguard[] = [
  {
    name: 'no action or resource is granted by wildcard without a reason',
    check: wildcardFaults,
    breakages: {
      'every action of S3': (templates) => {
        statementOf(templates, /^explain/, 's3:GetObject').Action = 's3:*';
      },
      'every resource': (templates) => {
        statementOf(templates, /^sweep/, 'sqs:SendMessage').Resource = '*';
      },
      'the whole results bucket': (templates) => {
        const statement = statementOf(templates, /^explain/, 's3:PutObject');
        statement.Resource = 'arn:aws:s3:::cxai-example-results-111122223333-eu-central-1/*';
      },
    },
  },
  {
    name: 'roles have managed policies of this deployment only, and only services assume them',
    check: (templates) => [...inlineFaults(templates), ...openTrusts(templates)],
    breakages: {
      "AWS's own policy": (templates) => {
        ofType(templates, 'AWS::IAM::Role')[0]!.properties.ManagedPolicyArns = [
          'arn:aws:iam::aws:policy/AmazonS3FullAccess',
        ];
      },
      'a role for everybody': (templates) => {
        ofType(templates, 'AWS::IAM::Role')[0]!.properties.AssumeRolePolicyDocument.Statement[0].Principal = {
          AWS: '*',
        };
      },
    },
  },
  {
    name: 'services use keys for this account only, functions only through the service that holds the data',
    check: (templates) => [...keyPolicyFaults(templates), ...keyUseFaults(templates)],
    breakages: {
      'a service that acts for anybody': (templates) => {
        for (const { properties } of keys(templates)) {
          for (const statement of properties.KeyPolicy.Statement) delete statement.Condition;
        }
      },
      'a key for another account': (templates) => {
        keys(templates)[0]!.properties.KeyPolicy.Statement[0].Principal.AWS = '*';
      },
      'a key used from anywhere': (templates) => {
        delete statementOf(templates, /^explain/, 'kms:Decrypt').Condition;
      },
    },
  },
  {
    name: 'only ingest and finish reach identifiable data, the canary its own pictures; uploaders read none',
    check: identifiableFaults,
    breakages: {
      'an explainer that reads uploads': (templates) => {
        statementOf(templates, /^explain/, 's3:GetObject').Resource = [
          'arn:aws:s3:::cxai-example-drop-111122223333-eu-central-1/drop/*',
        ];
      },
      'an uploader that reads': (templates) => {
        statementOf(templates, /^uploaderpolicy/, 's3:PutObject').Action = ['s3:PutObject', 's3:GetObject'];
      },
      "a canary that reads everybody's receipts": (templates) => {
        statementOf(templates, /^canary/, 's3:GetObject').Resource = [
          'arn:aws:s3:::cxai-example-drop-111122223333-eu-central-1/receipts/*',
        ];
      },
    },
  },
  {
    name: 'the reference key is in no variable, and only those that reject files may read it',
    check: secretFaults,
    breakages: {
      'the key in a variable': (templates) => {
        variables(functions(templates)[0]!).CXAI_REFERENCE_KEY = '0'.repeat(64);
      },
      'an explainer with the secret': (templates) => {
        variables(
          functions(templates).find((fn) => nameOf(fn).endsWith('-explain'))!,
        ).CXAI_REFERENCE_KEY_SECRET = 'arn';
      },
    },
  },
  {
    name: 'every function has its own role',
    check: (templates) => {
      const roles = functions(templates).map((fn) => target(templates, fn.stack, fn.properties.Role));
      const shared = roles.filter((role, index) => roles.indexOf(role) !== index || !found(templates, role));
      return shared.map((role) => `${role} is shared or missing`);
    },
    breakages: {
      'a shared role': (templates) => {
        const [first, second] = functions(templates);
        second!.properties.Role = first!.properties.Role;
      },
    },
  },
];

/**
 * Every finding of AwsSolutions and HIPAASecurity that is accepted rather than removed, with the reason a
 * security officer reads. They are acknowledged on the one resource they concern, never on a stack.
 */
import { Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

interface Acknowledgement {
  readonly rules: readonly string[];
  readonly reason: string;
}

export const acknowledgements = {
  'drop not replicated': {
    rules: ['HIPAA.Security-S3BucketReplicationEnabled'],
    reason:
      'Uploads are copies of images whose original stays in the hospital archive, and they expire within 30 days. A second copy elsewhere would widen the exposure of identifiable data without protecting anything.',
  },
  'study not replicated': {
    rules: ['HIPAA.Security-S3BucketReplicationEnabled'],
    reason:
      'Holds copies of training images whose originals stay with the hospital, and what was computed of them; all of it expires and is made again from the originals. A second copy would widen the exposure of identifiable data.',
  },
  'results not replicated': {
    rules: ['HIPAA.Security-S3BucketReplicationEnabled'],
    reason:
      'Results are recomputed, bit for bit under the same run id, from the image and the plan. Versioning and termination protection guard against deletion; S3 keeps every object in at least three availability zones.',
  },
  'logs not replicated': {
    rules: ['HIPAA.Security-S3BucketReplicationEnabled'],
    reason:
      'Versioned, kept for the whole audit period and stored in at least three availability zones. Where a hospital demands a second region, its log archive account subscribes to this bucket.',
  },
  'site not replicated': {
    rules: ['HIPAA.Security-S3BucketReplicationEnabled'],
    reason: 'Holds the built web site only, which is built again from the repository in a minute.',
  },
  'access logs use S3 encryption': {
    rules: ['HIPAA.Security-S3DefaultEncryptionKMS'],
    reason:
      'S3 delivers server access logs only to buckets with SSE-S3; with a customer key the delivery fails silently. The bucket is private, TLS only and versioned.',
  },
  'log bucket has no access log': {
    rules: ['AwsSolutions-S1', 'HIPAA.Security-S3BucketLoggingEnabled'],
    reason: 'It is where access logs go: logging itself, every delivery would cause the next.',
  },
  'audit trail is the access log': {
    rules: ['AwsSolutions-S1', 'HIPAA.Security-S3BucketLoggingEnabled'],
    reason:
      'Uploads may be named after patients. CloudTrail data events record every read and write of this bucket, encrypted with the key of the identifiable class; server access logs would repeat the names where S3 allows no customer key.',
  },
  'audit trail stays out of log groups': {
    rules: ['HIPAA.Security-CloudTrailCloudWatchLogsEnabled'],
    reason:
      'Data events hold object keys, and uploads may be named after patients. They stay in a bucket encrypted with the key of the identifiable class instead of being copied into a log group that more people read.',
  },
  'reference key is rotated by hand': {
    rules: ['AwsSolutions-SMG4', 'HIPAA.Security-SecretsManagerRotationEnabled'],
    reason:
      'It makes one-way references to rejected files and opens nothing. A new key gives the same file another reference, so it is rotated when somebody with access leaves or on suspicion (infra/README.md), not by the clock. The KMS key around it rotates every year.',
  },
  'share key is rotated by hand': {
    rules: ['AwsSolutions-SMG4', 'HIPAA.Security-SecretsManagerRotationEnabled'],
    reason:
      'It signs share links and is copied into the store that CloudFront reads. A new key ends every link there is, so it is rotated when that is meant (infra/README.md); single links are revoked by the deny-list, and none lives longer than 30 days.',
  },
  'default security group unused': {
    rules: ['HIPAA.Security-VPCDefaultSecurityGroupClosed'],
    reason:
      'Nothing is placed in the default group: every interface names its own group. Emptying the default group takes a deployment function with wildcard permissions, which is the greater risk; an account-wide AWS Config rule does it without.',
  },
  'actions without resources': {
    rules: ['AwsSolutions-IAM5[Resource::*]'],
    reason:
      'These actions accept no resource in a policy: X-Ray writes, network interfaces of a VPC function, the ECR token, the ECS agent endpoint, listing Batch jobs. Every other statement names its resources.',
  },
  'viewer restricted by network or cookie': {
    rules: ['AwsSolutions-CFR1'],
    reason:
      'Only the address ranges of the hospital, or people with a cookie signed by its sign-on, get an answer with data. A list of countries would be weaker than either.',
  },
  'log permission is in the data stack': {
    rules: ['@aws-cdk/aws-s3:accessLogsPolicyNotAdded'],
    reason:
      'The policy of the access log bucket, in the data stack, lets S3 write for this bucket by its name.',
  },
  'read permission is in the bucket policy': {
    rules: ['@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac'],
    reason: 'The bucket policy lets the distributions of this account read these keys (allowViewer).',
  },
  'no web ACL': {
    rules: ['AwsSolutions-CFR2'],
    reason:
      'The distribution serves stored files by GET and HEAD from a closed list of names; no input reaches a program. The network check runs in a CloudFront function. A hospital with a web ACL of its own names it in viewer.webAclArn.',
  },
  'outside a VPC': {
    rules: ['HIPAA.Security-LambdaInsideVPC'],
    reason:
      'This hospital chose network.mode none: the function calls S3, SQS and Secrets Manager only, over TLS, with a role limited to its own prefixes. A VPC with a route to the internet would add paths, not remove them; network.mode isolated removes them.',
  },
  'bounded by its capacity provider': {
    rules: ['HIPAA.Security-LambdaConcurrency', 'HIPAA.Security-LambdaInsideVPC'],
    reason:
      'On Lambda Managed Instances a function has no reserved concurrency and no VPC of its own: its capacity provider places it in the isolated subnets of this deployment, and its scaling configuration bounds how many run at once.',
  },
  'accelerator unknown to the library': {
    rules: ['CloudFormation-Validate::F3002'],
    reason:
      'AcceleratorConfig is a property of AWS::Lambda::Function that CloudFormation has and the schema in this version of the library lacks. It names the memory of the GPU and nothing else.',
  },
  'operator policy of AWS': {
    rules: [
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator]',
    ],
    reason:
      'Lambda starts and ends the instances of its capacity provider with this policy, which AWS documents as the least it needs and changes together with the service. It reaches instances that carry Lambda as their managed operator only, and Lambda alone assumes the role.',
  },
  'failures go to the queue': {
    rules: ['HIPAA.Security-LambdaDLQ'],
    reason:
      'A function that reads a queue is called synchronously by its event source: a failed record returns to the queue and ends in the dead-letter queue of that queue. A dead-letter configuration on the function would never be used.',
  },
} as const satisfies Readonly<Record<string, Acknowledgement>>;

export type AcknowledgementName = keyof typeof acknowledgements;

export function acknowledge(construct: IConstruct, name: AcknowledgementName): void {
  const { rules, reason } = acknowledgements[name];
  Validations.of(construct).acknowledge(...rules.map((id) => ({ id, reason })));
}

export const objectPatternReason =
  'A prefix of one bucket, limited to what its holder reads or writes: object names below it are not known before they are written.';

/**
 * Object patterns such as `runs/*` of one bucket, each acknowledged by itself: a wildcard that the given
 * statements do not hold stays a finding.
 */
export function acknowledgeObjectPatterns(
  construct: IConstruct,
  statements: readonly PolicyStatement[],
): void {
  const resources = statements
    .filter((statement) => statement.actions.every((action) => action.startsWith('s3:')))
    .flatMap((statement) => statement.resources);
  const patterns = [...new Set(resources)].filter((resource) => resource.includes('*'));
  acknowledgeFindings(
    construct,
    patterns.map((resource) => `AwsSolutions-IAM5[Resource::${resource}]`),
    objectPatternReason,
  );
}

/** Findings whose names hold this hospital's own ARNs. */
export function acknowledgeFindings(construct: IConstruct, ids: readonly string[], reason: string): void {
  Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })));
}

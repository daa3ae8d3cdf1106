/**
 * The static site: its own private bucket at `/`, the results bucket at `/data/`, both behind one CloudFront
 * distribution that only the hospital's people reach. The site is published with infra/publish-site.ts.
 */
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  Distribution,
  HttpVersion,
  type IOrigin,
  PriceClass,
  SecurityPolicyProtocol,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledgements.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { hexSecret } from '../constructs/hex-secret.ts';
import { sharerPolicy } from '../constructs/people-policies.ts';
import { allowViewer, privateBucket } from '../constructs/private-bucket.ts';
import { shareFunctions } from '../constructs/share-links.ts';
import { viewerBehaviors } from '../constructs/viewer-behaviors.ts';
import type { BucketName } from '../settings/bucket-name.ts';
import type { Data } from './data-stack.ts';
import { stackProps } from './stack-props.ts';

export interface Site {
  readonly stack: Stack;
  readonly distribution: Distribution;
}

export function siteStack(scope: Construct, deployment: Deployment, data: Data): Site {
  const stack = new Stack(scope, 'site', stackProps(deployment, 'site'));
  const site = privateBucket(stack, deployment, 'site', {
    key: data.keys.results,
    accessLogs: Bucket.fromBucketName(stack, 'access-logs', deployment.bucketName('access-logs')),
    abortUploadDays: 1,
    lifecycle: [{ id: 'older-versions', noncurrentVersionExpiration: Duration.days(30) }],
  });
  allowViewer(deployment, site, ['*']);
  acknowledge(site, 'site not replicated');
  acknowledge(site, 'log permission is in the data stack');
  const logs = viewerLogs(stack, deployment);
  const { domain, webAclArn, sharing } = deployment.settings.viewer;
  const share = sharing === 'on' ? shareFunctions(stack, deployment) : undefined;
  const distribution = new Distribution(stack, 'distribution', {
    comment: `CXAI ${deployment.settings.id}`,
    ...viewerBehaviors(stack, deployment, {
      site: bucketOrigin(stack, deployment, 'site'),
      results: bucketOrigin(stack, deployment, 'results'),
      share,
    }),
    domainNames: [domain.name],
    certificate: Certificate.fromCertificateArn(stack, 'certificate', domain.certificateArn),
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    httpVersion: HttpVersion.HTTP2_AND_3,
    priceClass: PriceClass.PRICE_CLASS_100,
    // Not there yet must not stay not there: a run's files appear while people wait for them.
    errorResponses: [403, 404].map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    enableLogging: true,
    logBucket: logs,
    logIncludesCookies: false,
    ...(webAclArn === null ? {} : { webAclId: webAclArn }),
  });
  acknowledge(distribution, 'viewer restricted by network or cookie');
  acknowledge(distribution, 'read permission is in the bucket policy');
  if (webAclArn === null) acknowledge(distribution, 'no web ACL');
  if (share) {
    const secret = hexSecret(stack, deployment, 'share-key', {
      description: 'Signs share links; its copy in the key-value store is what CloudFront reads',
      encryptionKey: data.keys.results,
      rotation: 'share key is rotated by hand',
    });
    sharerPolicy(stack, deployment, { key: data.keys.results, secret, storeArn: share.storeArn });
  }
  new CfnOutput(stack, 'domain-name', { value: distribution.distributionDomainName });
  new CfnOutput(stack, 'site-bucket-name', { value: site.bucketName });
  return { stack, distribution };
}

/** The bucket's own stack has let the account's distributions read it; naming it here would go in a circle. */
function bucketOrigin(stack: Stack, deployment: Deployment, name: BucketName): IOrigin {
  const { region } = deployment.settings;
  const bucket = Bucket.fromBucketAttributes(stack, `${name}-origin`, {
    bucketName: deployment.bucketName(name),
    region,
  });
  return S3BucketOrigin.withOriginAccessControl(bucket);
}

function viewerLogs(stack: Stack, deployment: Deployment): Bucket {
  const logs = privateBucket(stack, deployment, 'viewer-logs', {
    ownership: 'log-writer',
    abortUploadDays: 1,
    lifecycle: [
      {
        id: 'audit',
        expiration: Duration.days(deployment.settings.retention.auditDays),
        noncurrentVersionExpiration: Duration.days(30),
      },
    ],
  });
  acknowledge(logs, 'access logs use S3 encryption');
  acknowledge(logs, 'logs not replicated');
  acknowledge(logs, 'log bucket has no access log');
  return logs;
}

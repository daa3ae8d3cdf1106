/**
 * The static site: its own private bucket at `/`, the results bucket at `/data/`, both behind one CloudFront
 * distribution that only the hospital's people reach. The site is published with infra/publish-site.ts.
 */
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  FunctionEventType,
  HttpVersion,
  type IOrigin,
  KeyGroup,
  PriceClass,
  PublicKey,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledgements.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { edgeFunction } from '../constructs/edge-function.ts';
import { allowViewer, privateBucket } from '../constructs/private-bucket.ts';
import { viewerHeaders } from '../constructs/viewer-headers.ts';
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
  const { domain, webAclArn } = deployment.settings.viewer;
  const distribution = new Distribution(stack, 'distribution', {
    comment: `CXAI ${deployment.settings.id}`,
    ...behaviors(stack, deployment),
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
  new CfnOutput(stack, 'domain-name', { value: distribution.distributionDomainName });
  new CfnOutput(stack, 'site-bucket-name', { value: site.bucketName });
  return { stack, distribution };
}

function behaviors(
  stack: Stack,
  deployment: Deployment,
): { defaultBehavior: BehaviorOptions; additionalBehaviors: Record<string, BehaviorOptions> } {
  const { access } = deployment.settings.viewer;
  const networks = access.mode === 'networks' ? access.ranges : null;
  const common = {
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    responseHeadersPolicy: viewerHeaders(stack, deployment),
    compress: true,
  };
  const cacheControl = edgeFunction(stack, deployment, 'cache-control', null);
  const withFunctions = (name: 'site-request' | 'data-request', origin: IOrigin) => ({
    ...common,
    origin,
    functionAssociations: [
      {
        function: edgeFunction(stack, deployment, name, networks),
        eventType: FunctionEventType.VIEWER_REQUEST,
      },
      { function: cacheControl, eventType: FunctionEventType.VIEWER_RESPONSE },
    ],
  });
  const page = withFunctions('site-request', bucketOrigin(stack, deployment, 'site'));
  const keyGroups =
    access.mode === 'signed-cookies' ? [cookieKeys(stack, deployment, access.publicKeyPem)] : [];
  const data = {
    ...withFunctions('data-request', bucketOrigin(stack, deployment, 'results')),
    ...(keyGroups.length > 0 ? { trustedKeyGroups: keyGroups } : {}),
  };
  const changing = { ...data, cachePolicy: CachePolicy.CACHING_DISABLED };
  return {
    defaultBehavior: { ...page, cachePolicy: CachePolicy.CACHING_DISABLED },
    additionalBehaviors: {
      '_astro/*': { ...page, cachePolicy: CachePolicy.CACHING_OPTIMIZED },
      'data/index.json': changing,
      'data/models/*': changing,
      'data/runs/*/manifest.json': changing,
      'data/*': { ...data, cachePolicy: CachePolicy.CACHING_OPTIMIZED },
    },
  };
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

function cookieKeys(stack: Stack, deployment: Deployment, encodedKey: string): KeyGroup {
  const key = new PublicKey(stack, 'cookie-key', {
    publicKeyName: deployment.name('viewer'),
    comment: 'Signs the cookies of people who have signed on',
    encodedKey,
  });
  return new KeyGroup(stack, 'cookie-keys', { keyGroupName: deployment.name('viewer'), items: [key] });
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

/**
 * Headers of every answer, shared/sharing/site-headers.ts in CloudFront's own words, and strict transport
 * security beside them.
 */
import { Duration } from 'aws-cdk-lib';
import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { contentSecurityPolicy, isolationHeaders } from '../../shared/sharing/site-headers.ts';
import type { Deployment } from './deployment.ts';

export function viewerHeaders(scope: Construct, deployment: Deployment): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, 'viewer-headers', {
    responseHeadersPolicyName: deployment.name('viewer'),
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: {
        accessControlMaxAge: Duration.days(730),
        includeSubdomains: true,
        override: true,
      },
    },
    customHeadersBehavior: {
      customHeaders: Object.entries(isolationHeaders).map(([header, value]) => ({
        header,
        value,
        override: true,
      })),
    },
    removeHeaders: ['Server'],
  });
}

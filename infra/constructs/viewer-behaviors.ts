/**
 * What the distribution answers, path by path. CloudFront takes the first pattern that fits: what changes stands
 * before what is written once.
 *
 *   data/*     the results bucket, for the hospital's networks or signed cookies
 *   shared/*   the files of one run, for the holder of its share link (where sharing is on)
 *   others     the built site; it holds no data
 */
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  type Function as CloudFrontFunction,
  type IOrigin,
  KeyGroup,
  PublicKey,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { admittingCode, cacheControlCode } from '../edge/edge-code.ts';
import type { Deployment } from './deployment.ts';
import { edgeFunction, onViewer } from './edge-function.ts';
import type { ShareFunctions } from './share-links.ts';
import { viewerHeaders } from './viewer-headers.ts';

export interface Origins {
  readonly site: IOrigin;
  readonly results: IOrigin;
}

export interface Shown extends Origins {
  /** Where sharing is on. */
  readonly share: ShareFunctions | undefined;
}

export interface Behaviors {
  readonly defaultBehavior: BehaviorOptions;
  readonly additionalBehaviors: Record<string, BehaviorOptions>;
}

export function viewerBehaviors(
  scope: Construct,
  deployment: Deployment,
  { site, results, share }: Shown,
): Behaviors {
  const { access } = deployment.settings.viewer;
  const common = {
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    responseHeadersPolicy: viewerHeaders(scope, deployment),
    compress: true,
  };
  const ranges = access.mode === 'networks' ? access.ranges : null;
  // Whoever is sent a share link is elsewhere: the pages, which hold no data, then open for everybody.
  const pages = admittingCode('site-request', share ? null : ranges);
  const cacheControl = edgeFunction(scope, deployment, 'cache-control', { code: cacheControlCode() });
  const sitePages = edgeFunction(scope, deployment, 'site-request', { code: pages });
  const dataFiles = edgeFunction(scope, deployment, 'data-request', {
    code: admittingCode('data-request', ranges),
  });
  const page = { ...common, origin: site, functionAssociations: onViewer(sitePages, cacheControl) };
  const data = {
    ...common,
    origin: results,
    functionAssociations: onViewer(dataFiles, cacheControl),
    ...(access.mode === 'signed-cookies'
      ? { trustedKeyGroups: [cookieKeys(scope, deployment, access.publicKeyPem)] }
      : {}),
  };
  return {
    defaultBehavior: changing(page),
    additionalBehaviors: {
      '_astro/*': writtenOnce(page),
      ...(share ? sharedBehaviors(share, { common, site, results, cacheControl }) : {}),
      // The list of runs and its pages, which lose what expired or was erased.
      'data/index*': changing(data),
      'data/models/*': changing(data),
      'data/studies/*': changing(data),
      'data/runs/*/manifest.json': changing(data),
      'data/*': writtenOnce(data),
    },
  };
}

function sharedBehaviors(
  { redeem, request }: ShareFunctions,
  {
    common,
    site,
    results,
    cacheControl,
  }: Origins & {
    readonly common: Omit<BehaviorOptions, 'origin'>;
    readonly cacheControl: CloudFrontFunction;
  },
): Record<string, BehaviorOptions> {
  const shared = { ...common, origin: results, functionAssociations: onViewer(request, cacheControl) };
  return {
    // Always answered by the function: the origin is never asked.
    'share/redeem': changing({
      ...common,
      origin: site,
      functionAssociations: onViewer(redeem, cacheControl),
    }),
    'shared/runs/*/manifest.json': changing(shared),
    'shared/*': writtenOnce(shared),
  };
}

const changing = (behavior: BehaviorOptions): BehaviorOptions => ({
  ...behavior,
  cachePolicy: CachePolicy.CACHING_DISABLED,
});

const writtenOnce = (behavior: BehaviorOptions): BehaviorOptions => ({
  ...behavior,
  cachePolicy: CachePolicy.CACHING_OPTIMIZED,
});

function cookieKeys(scope: Construct, deployment: Deployment, encodedKey: string): KeyGroup {
  const key = new PublicKey(scope, 'cookie-key', {
    publicKeyName: deployment.name('viewer'),
    comment: 'Signs the cookies of people who have signed on',
    encodedKey,
  });
  return new KeyGroup(scope, 'cookie-keys', { keyGroupName: deployment.name('viewer'), items: [key] });
}

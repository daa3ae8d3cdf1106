/** The site: reached by the hospital only, over TLS 1.2, from closed buckets, with nothing kept that changes. */
import {
  contentSecurityPolicy,
  isolationHeaders,
  securityHeaders,
} from '../../../shared/sharing/site-headers.ts';
import { list, ofType, type Properties, type Templates, target } from '../support/templates.ts';
import type { Safeguard } from './safeguard.ts';

const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const configuration = (templates: Templates): Properties =>
  ofType(templates, 'AWS::CloudFront::Distribution')[0]!.properties.DistributionConfig;
const behaviors = (templates: Templates): Properties[] => {
  const { DefaultCacheBehavior, CacheBehaviors } = configuration(templates);
  return [{ ...DefaultCacheBehavior, PathPattern: 'default' }, ...CacheBehaviors];
};

/** CloudFront takes the first pattern that fits. */
const behaviorOf = (templates: Templates, path: string): Properties =>
  configuration(templates).CacheBehaviors.find(({ PathPattern }: Properties) =>
    new RegExp(`^${PathPattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(path),
  ) ?? configuration(templates).DefaultCacheBehavior;

function transportFaults(templates: Templates): string[] {
  const { ViewerCertificate, Aliases } = configuration(templates);
  return [
    ...(ViewerCertificate?.MinimumProtocolVersion === 'TLSv1.2_2021' && list(Aliases).length === 1
      ? []
      : ['the distribution answers old TLS']),
    ...behaviors(templates)
      .filter(({ ViewerProtocolPolicy }) => ViewerProtocolPolicy !== 'https-only')
      .map(({ PathPattern }) => `${PathPattern} answers without TLS`),
    ...behaviors(templates)
      .filter(({ AllowedMethods }) =>
        AllowedMethods.some((method: string) => !['GET', 'HEAD'].includes(method)),
      )
      .map(({ PathPattern }) => `${PathPattern} takes more than GET and HEAD`),
  ];
}

function accessFaults(templates: Templates): string[] {
  const codeOf = (path: string | undefined): string =>
    ofType(templates, 'AWS::CloudFront::Function').find(({ stack, id }) => `${stack}/${id}` === path)
      ?.properties.FunctionCode ?? '';
  return behaviors(templates).flatMap(({ PathPattern, FunctionAssociations, TrustedKeyGroups }) => {
    const request = list(FunctionAssociations as Properties[]).find(
      ({ EventType }) => EventType === 'viewer-request',
    );
    const checked = /^var networks = \["/.test(codeOf(target(templates, 'site', request?.FunctionARN)));
    return checked || list(TrustedKeyGroups).length > 0 ? [] : [`${PathPattern} is open to everybody`];
  });
}

function originFaults(templates: Templates): string[] {
  return configuration(templates).Origins.flatMap((origin: Properties) => {
    const control = origin.OriginAccessControlId;
    const [resource] = ofType(templates, 'AWS::CloudFront::OriginAccessControl').filter(
      ({ stack, id }) => `${stack}/${id}` === target(templates, 'site', control),
    );
    const signs = resource?.properties.OriginAccessControlConfig.SigningBehavior === 'always';
    return signs ? [] : [`${origin.Id} is read without a signature`];
  });
}

/** Files that change, and one of each kind that is written once. */
const changing = [
  'data/index.json',
  'data/models/phantom/card.json',
  'data/studies/brain/report.json',
  'data/runs/0a/manifest.json',
  'index.html',
];

const cacheFaults = (templates: Templates): string[] =>
  changing
    .filter((path) => behaviorOf(templates, path).CachePolicyId !== cachingDisabled)
    .map((path) => `${path} is kept at the edge`);

/** shared/sharing/site-headers.ts, which the local site sets as well, and TLS that browsers insist on. */
const expectedHeaders = [
  contentSecurityPolicy,
  ...Object.entries(isolationHeaders).map(
    ([Header, Value]) => `"Header":"${Header}","Override":true,"Value":"${Value}"`,
  ),
  '"ContentTypeOptions":{"Override":true}',
  `"FrameOption":"${securityHeaders['X-Frame-Options']}"`,
  `"ReferrerPolicy":"${securityHeaders['Referrer-Policy']}"`,
  'StrictTransportSecurity',
];

function headerFaults(templates: Templates): string[] {
  const policies = ofType(templates, 'AWS::CloudFront::ResponseHeadersPolicy');
  const text = JSON.stringify(policies.map(({ properties }) => properties));
  return [
    ...expectedHeaders.filter((header) => !text.includes(header)).map((header) => `no ${header}`),
    ...(/unsafe-inline|'unsafe-eval'/.test(text) ? ['the policy lets inline code run'] : []),
    ...behaviors(templates)
      .filter(({ ResponseHeadersPolicyId }) => !target(templates, 'site', ResponseHeadersPolicyId))
      .map(({ PathPattern }) => `${PathPattern} goes without headers`),
  ];
}

export const siteSafeguards: readonly Safeguard[] = [
  {
    name: 'the site answers GET and HEAD over TLS 1.2 only',
    check: transportFaults,
    breakages: {
      'an old protocol': (templates) => {
        configuration(templates).ViewerCertificate.MinimumProtocolVersion = 'TLSv1.1_2016';
      },
      'plain HTTP': (templates) => {
        configuration(templates).DefaultCacheBehavior.ViewerProtocolPolicy = 'allow-all';
      },
      'uploads through the site': (templates) => {
        configuration(templates).CacheBehaviors[0].AllowedMethods.push('PUT');
      },
    },
  },
  {
    name: 'only the networks of the hospital reach pages and data',
    check: accessFaults,
    breakages: {
      'data without a check': (templates) => {
        for (const behavior of configuration(templates).CacheBehaviors) delete behavior.FunctionAssociations;
      },
      'a check that admits everybody': (templates) => {
        for (const { properties } of ofType(templates, 'AWS::CloudFront::Function')) {
          properties.FunctionCode = properties.FunctionCode.replace(
            /^var networks = .*;/,
            'var networks = null;',
          );
        }
      },
    },
  },
  {
    name: 'buckets are read with a signature only',
    check: originFaults,
    breakages: {
      'an origin without access control': (templates) => {
        delete configuration(templates).Origins[0].OriginAccessControlId;
      },
    },
  },
  {
    name: 'nothing that changes is kept at the edge',
    check: cacheFaults,
    breakages: {
      'manifests kept': (templates) => {
        const { CacheBehaviors } = configuration(templates);
        configuration(templates).CacheBehaviors = CacheBehaviors.filter(
          ({ PathPattern }: Properties) => PathPattern !== 'data/runs/*/manifest.json',
        );
      },
      'data before manifests': (templates) => configuration(templates).CacheBehaviors.reverse(),
    },
  },
  {
    name: 'every answer carries the security headers',
    check: headerFaults,
    breakages: {
      'no headers on data': (templates) => {
        delete configuration(templates).CacheBehaviors[1].ResponseHeadersPolicyId;
      },
      'inline scripts': (templates) => {
        const [policy] = ofType(templates, 'AWS::CloudFront::ResponseHeadersPolicy');
        const security =
          policy!.properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy;
        security.ContentSecurityPolicy += "; script-src 'unsafe-inline'";
      },
      'no isolation': (templates) => {
        const [policy] = ofType(templates, 'AWS::CloudFront::ResponseHeadersPolicy');
        delete policy!.properties.ResponseHeadersPolicyConfig.CustomHeadersConfig;
      },
    },
  },
];

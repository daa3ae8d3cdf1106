/** CloudFront Functions from `infra/edge/*.js`, with the hospital's networks put in front of those that ask. */
import { readFileSync } from 'node:fs';
import { Function as CloudFrontFunction, FunctionCode, FunctionRuntime } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { rangeBits } from '../settings/address-range.ts';
import type { Deployment } from './deployment.ts';

export type EdgeFunctionName = 'data-request' | 'site-request' | 'cache-control';

const source = (name: string): string => readFileSync(new URL(`../edge/${name}.js`, import.meta.url), 'utf8');

/** `networks` null admits every address: something else must then restrict access. */
export function edgeCode(name: EdgeFunctionName, networks: readonly string[] | null): string {
  if (name === 'cache-control') return source(name);
  const prefixes = networks === null ? null : networks.map(rangeBits);
  return [`var networks = ${JSON.stringify(prefixes)};`, source('admit'), source(name)].join('\n');
}

export function edgeFunction(
  scope: Construct,
  deployment: Deployment,
  name: EdgeFunctionName,
  networks: readonly string[] | null,
): CloudFrontFunction {
  return new CloudFrontFunction(scope, `${name}-function`, {
    functionName: deployment.name(name),
    comment: `CXAI ${deployment.settings.id}: ${name}`,
    code: FunctionCode.fromInline(edgeCode(name, networks)),
    runtime: FunctionRuntime.JS_2_0,
  });
}

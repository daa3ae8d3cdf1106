/** CloudFront Functions from `infra/edge/*.js`, with the hospital's networks put in front of those that ask. */
import { Function as CloudFrontFunction, FunctionCode, FunctionRuntime } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { type EdgeFunctionName, edgeCode } from '../edge/edge-code.ts';
import type { Deployment } from './deployment.ts';

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

/** One CloudFront Function, named after the deployment. */
import {
  Function as CloudFrontFunction,
  type FunctionAssociation,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  type KeyValueStore,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

export interface EdgeFunctionOptions {
  readonly code: string;
  readonly keyValueStore?: KeyValueStore;
}

export function edgeFunction(
  scope: Construct,
  deployment: Deployment,
  name: string,
  { code, keyValueStore }: EdgeFunctionOptions,
): CloudFrontFunction {
  return new CloudFrontFunction(scope, `${name}-function`, {
    functionName: deployment.name(name),
    comment: `CXAI ${deployment.settings.id}: ${name}`,
    code: FunctionCode.fromInline(code),
    runtime: FunctionRuntime.JS_2_0,
    ...(keyValueStore ? { keyValueStore } : {}),
  });
}

/** `request` runs before anything else is done, `response` before a good answer leaves. */
export const onViewer = (
  request: CloudFrontFunction,
  response: CloudFrontFunction,
): FunctionAssociation[] => [
  { function: request, eventType: FunctionEventType.VIEWER_REQUEST },
  { function: response, eventType: FunctionEventType.VIEWER_RESPONSE },
];

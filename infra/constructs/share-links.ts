/**
 * Share links: the functions that check them and the key-value store with the signing key and the deny-list.
 * The store starts empty, so nothing is open until somebody puts the key there (infra/README.md): a template
 * must not hold it.
 */
import { CfnOutput } from 'aws-cdk-lib';
import { type Function as CloudFrontFunction, KeyValueStore } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { shareCode } from '../edge/edge-code.ts';
import type { Deployment } from './deployment.ts';
import { edgeFunction } from './edge-function.ts';

export interface ShareFunctions {
  readonly storeArn: string;
  readonly redeem: CloudFrontFunction;
  readonly request: CloudFrontFunction;
}

export function shareFunctions(scope: Construct, deployment: Deployment): ShareFunctions {
  const keyValueStore = new KeyValueStore(scope, 'share-store', {
    keyValueStoreName: deployment.name('share'),
    comment: 'Key and deny-list of share links',
  });
  new CfnOutput(scope, 'share-store-arn', { value: keyValueStore.keyValueStoreArn });
  const make = (name: 'share-redeem' | 'share-request') =>
    edgeFunction(scope, deployment, name, { code: shareCode(name), keyValueStore });
  return {
    storeArn: keyValueStore.keyValueStoreArn,
    redeem: make('share-redeem'),
    request: make('share-request'),
  };
}

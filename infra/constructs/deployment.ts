/** What every construct of one hospital's deployment needs: its settings, the names made from them, removal. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { HospitalSettings } from '../settings/hospital-settings.ts';

export interface Deployment {
  readonly settings: HospitalSettings;
  /** `cxai-<hospital>-<name>`: unique in an account and region. */
  name(name: string): string;
  /** `cxai-<hospital>-<name>-<account>-<region>`: bucket names are unique in the world. */
  bucketName(name: BucketName): string;
  /** Known before the bucket exists, so that a policy can name a bucket of a later resource or stack. */
  bucketArn(name: BucketName): string;
  readonly removal: RemovalPolicy;
}

export type BucketName = 'drop' | 'results' | 'access-logs' | 'audit' | 'site' | 'viewer-logs';

export function createDeployment(settings: HospitalSettings): Deployment {
  const { id, account, region, retention } = settings;
  const bucketName = (name: BucketName) => `cxai-${id}-${name}-${account}-${region}`;
  return {
    settings,
    name: (name) => `cxai-${id}-${name}`,
    bucketName,
    bucketArn: (name: BucketName) => `arn:aws:s3:::${bucketName(name)}`,
    removal: retention.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  };
}

/** What every construct of one hospital's deployment needs: its settings, the names made from them, removal. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { type BucketName, bucketName } from '../settings/bucket-name.ts';
import type { HospitalSettings } from '../settings/hospital-settings.ts';

export interface Deployment {
  readonly settings: HospitalSettings;
  /** `cxai-<hospital>-<name>`: unique in an account and region. */
  name(name: string): string;
  bucketName(name: BucketName): string;
  /** Known before the bucket exists, so that a policy can name a bucket of a later resource or stack. */
  bucketArn(name: BucketName): string;
  /** `CXAI/<hospital>`: CloudWatch namespace of this deployment's own metrics (functions/common/metrics-namespace.ts). */
  readonly metricsNamespace: string;
  readonly removal: RemovalPolicy;
}

export function createDeployment(settings: HospitalSettings): Deployment {
  const { id, retention } = settings;
  return {
    settings,
    name: (name) => `cxai-${id}-${name}`,
    bucketName: (name) => bucketName(settings, name),
    bucketArn: (name) => `arn:aws:s3:::${bucketName(settings, name)}`,
    metricsNamespace: `CXAI/${id}`,
    removal: retention.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  };
}

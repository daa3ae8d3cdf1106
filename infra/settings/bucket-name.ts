/** Names of a hospital's buckets: `cxai-<hospital>-<name>-<account>-<region>`, unique in the world, never replaced. */
import type { HospitalSettings } from './hospital-settings.ts';

export type BucketName = 'drop' | 'results' | 'access-logs' | 'audit' | 'site' | 'viewer-logs' | 'study';

type Owner = Pick<HospitalSettings, 'id' | 'account' | 'region'>;

export const bucketName = ({ id, account, region }: Owner, name: BucketName): string =>
  `cxai-${id}-${name}-${account}-${region}`;

/** A log group of this deployment: encrypted, kept for the time in the settings, under `/cxai/<hospital>/`. */
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

export function encryptedLogs(
  scope: Construct,
  { settings, removal }: Deployment,
  name: string,
  encryptionKey: IKey,
): LogGroup {
  return new LogGroup(scope, `${name}-logs`, {
    logGroupName: `/cxai/${settings.id}/${name}`,
    encryptionKey,
    retention: settings.retention.logDays as RetentionDays,
    removalPolicy: removal,
  });
}

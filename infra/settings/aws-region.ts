/**
 * Regions that this deployment works in: those that are on in every account. To buckets of the others, which an account
 * must opt in to, CloudFront delivers no access logs; GovCloud and China are partitions of their own, without the
 * CloudFront and the ARNs that are used here.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
import { z } from 'zod';

const regions: readonly string[] = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

const otherPartition = /^(us-gov|us-iso[a-z]*|cn|eusc|eu-isoe)-/;

const whyNot = (region: string): string =>
  otherPartition.test(region)
    ? 'which is in another partition of AWS: take an account and a region of the partition aws'
    : 'which is none or must be opted in to, and CloudFront delivers no access logs there: take the nearest of the list';

export const awsRegion = z.string().refine((region) => regions.includes(region), {
  error: ({ input }) =>
    `expected one of the AWS regions ${regions.join(', ')}, got '${input}', ${whyNot(String(input))}`,
});

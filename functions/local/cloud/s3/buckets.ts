/** Making, finding and removing buckets. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
import { z } from 'zod';
import { ACCOUNT } from '../account.ts';
import { ServiceError } from '../service-error.ts';
import { malformedXml, readXml, writeXml } from '../xml.ts';
import { type S3Handler, xmlAnswer } from './s3-call.ts';

const document = z.union([z.literal(''), z.strictObject({ LocationConstraint: z.string().optional() })]);

export const createBucket: S3Handler = async (call) => {
  const { cloud, bucket } = call;
  const text = await call.body.text(cloud.blobs, 64 * 1024);
  if (text !== '') {
    const parsed = document.safeParse(readXml(text, 'CreateBucketConfiguration'));
    if (!parsed.success) throw malformedXml();
    const location = parsed.data === '' ? undefined : parsed.data.LocationConstraint;
    if ((location ?? cloud.region) !== cloud.region) {
      const message = 'The location constraint is incompatible with the region of this endpoint.';
      throw new ServiceError(400, 'IllegalLocationConstraintException', message);
    }
  }
  if (!isBucketName(bucket))
    throw new ServiceError(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  if (cloud.buckets.find(bucket)) {
    // For its first region alone S3 keeps the old promise that creating one's own bucket again succeeds.
    if (cloud.region === 'us-east-1') return { status: 200, headers: { location: `/${bucket}` } };
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    throw new ServiceError(409, 'BucketAlreadyOwnedByYou', message);
  }
  const notification = { queues: [], eventBridge: false };
  cloud.buckets.save({ name: bucket, created: cloud.now(), cors: undefined, notification });
  return { status: 200, headers: { location: `/${bucket}` } };
};

export const deleteBucket: S3Handler = ({ cloud, bucket }) => {
  cloud.buckets.require(bucket);
  if (!cloud.objects.isEmpty(bucket))
    throw new ServiceError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty.');
  const uploads = cloud.uploads.list(bucket, { key: '', id: '' }, 1);
  if (uploads.length > 0)
    throw new ServiceError(409, 'BucketNotEmpty', 'The bucket has multipart uploads in progress.');
  cloud.buckets.remove(bucket);
  return { status: 204 };
};

export const headBucket: S3Handler = ({ cloud, bucket }) => {
  cloud.buckets.require(bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': cloud.region } };
};

export const getBucketLocation: S3Handler = ({ cloud, bucket }) => {
  cloud.buckets.require(bucket);
  const region = cloud.region === 'us-east-1' ? '' : cloud.region;
  return xmlAnswer(writeXml('LocationConstraint', { '#text': region }));
};

export const listBuckets: S3Handler = ({ cloud }) => {
  const Bucket = cloud.buckets
    .list()
    .map(({ name, created }) => ({ Name: name, CreationDate: new Date(created).toISOString() }));
  const Owner = { ID: ACCOUNT };
  return xmlAnswer(writeXml('ListAllMyBucketsResult', { Owner, Buckets: { Bucket } }));
};

function isBucketName(name: string): boolean {
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !isAddress;
}

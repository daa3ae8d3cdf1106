/** DeleteObject and DeleteObjects: removing what is not there succeeds. */
import { z } from 'zod';
import { ServiceError } from '../service-error.ts';
import { malformedXml, writeXml } from '../xml.ts';
import { removeObject } from './commit-object.ts';
import { readXmlBody, type S3Handler, xmlAnswer } from './s3-call.ts';

const document = z.strictObject({
  Object: z
    .array(z.strictObject({ Key: z.string().min(1), ETag: z.string().optional() }))
    .min(1)
    .max(1000),
  Quiet: z.enum(['true', 'false']).optional(),
});

export const deleteObject: S3Handler = (call) => {
  call.cloud.buckets.require(call.bucket);
  removeObject(call, call.key, call.headers['if-match']);
  return { status: 204 };
};

export const deleteObjects: S3Handler = async (call) => {
  call.cloud.buckets.require(call.bucket);
  const parsed = document.safeParse(await readXmlBody(call, 'Delete'));
  if (!parsed.success) throw malformedXml();
  const deleted: { Key: string }[] = [];
  const failed: { Key: string; Code: string; Message: string }[] = [];
  for (const { Key, ETag } of parsed.data.Object) {
    try {
      removeObject(call, Key, ETag);
      deleted.push({ Key });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push({ Key, Code: error.code, Message: error.message });
    }
  }
  const shown = parsed.data.Quiet === 'true' ? [] : deleted;
  return xmlAnswer(writeXml('DeleteResult', { Deleted: shown, Error: failed }));
};

/** Object tags, and the header form they take on a put. Up to 10 tags, keys ≤ 128 and values ≤ 256 characters. */
import { z } from 'zod';
import { ServiceError } from '../service-error.ts';
import { malformedXml, writeXml } from '../xml.ts';
import type { StoredObject, Tag } from './object-store.ts';
import { noSuchKey, readXmlBody, type S3Call, type S3Handler, xmlAnswer } from './s3-call.ts';

const document = z.strictObject({
  TagSet: z.union([
    z.literal('').transform(() => ({ Tag: [] })),
    z.strictObject({ Tag: z.array(z.strictObject({ Key: z.string(), Value: z.string() })) }),
  ]),
});

export const putTagging: S3Handler = async (call) => {
  requireObject(call);
  const parsed = document.safeParse(await readXmlBody(call, 'Tagging'));
  if (!parsed.success) throw malformedXml();
  const tags = parsed.data.TagSet.Tag.map(({ Key, Value }) => ({ key: Key, value: Value }));
  checkTags(tags);
  requireObject(call);
  call.cloud.objects.setTags(call.bucket, call.key, tags);
  return { status: 200 };
};

export const getTagging: S3Handler = (call) => {
  const tags = requireObject(call).tags.map(({ key, value }) => ({ Key: key, Value: value }));
  return xmlAnswer(writeXml('Tagging', { TagSet: { Tag: tags } }));
};

export const deleteTagging: S3Handler = (call) => {
  requireObject(call);
  call.cloud.objects.setTags(call.bucket, call.key, []);
  return { status: 204 };
};

/** `x-amz-tagging: a=1&b=2`. Throws InvalidTag (400). */
export function tagsFromHeader(header: string | undefined): readonly Tag[] {
  const tags = [...new URLSearchParams(header ?? '')].map(([key, value]) => ({ key, value }));
  checkTags(tags);
  return tags;
}

function requireObject({ cloud, bucket, key }: S3Call): StoredObject {
  cloud.buckets.require(bucket);
  const object = cloud.objects.find(bucket, key);
  if (object === undefined) throw noSuchKey();
  return object;
}

function checkTags(tags: readonly Tag[]): void {
  const fits = tags.every(({ key, value }) => key.length >= 1 && key.length <= 128 && value.length <= 256);
  const unique = new Set(tags.map(({ key }) => key)).size === tags.length;
  if (!fits || !unique)
    throw new ServiceError(400, 'InvalidTag', 'A tag key or value is invalid or given twice.');
  if (tags.length > 10) throw new ServiceError(400, 'BadRequest', 'Object tags cannot be greater than 10.');
}

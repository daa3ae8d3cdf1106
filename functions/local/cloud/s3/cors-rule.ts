/**
 * One CORS rule of a bucket, and the document that sets them.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html
 */
import { z } from 'zod';

const rule = z.strictObject({
  ID: z.string().optional(),
  AllowedMethod: z.array(z.enum(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])).min(1),
  AllowedOrigin: z.array(z.string()).min(1),
  AllowedHeader: z.array(z.string()).optional(),
  ExposeHeader: z.array(z.string()).optional(),
  MaxAgeSeconds: z.string().regex(/^\d+$/).optional(),
});
/** The document of PutBucketCors. */
export const corsConfiguration = z.strictObject({ CORSRule: z.array(rule).min(1).max(100) });
export type CorsRule = z.infer<typeof rule>;

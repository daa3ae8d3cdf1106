/** One W3C trace id from upload to manifest: a new one at ingest, carried by the task messages after that. */
import { randomBytes } from 'node:crypto';

export const newTraceId = (): string => randomBytes(16).toString('hex');

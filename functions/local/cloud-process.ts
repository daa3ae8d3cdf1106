/**
 * The embedded cloud as a process of its own: `node functions/local/cloud-process.ts --directory D [--port P]`.
 *
 * Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the region from AWS_REGION. Prints one JSON
 * line, `{"endpoint":"http://127.0.0.1:4566"}`, once it listens. SIGTERM and SIGINT close it.
 */
import { parseArgs } from 'node:util';
import { PermanentFault } from '../../shared/errors.ts';
import { startCloud } from './cloud/start-cloud.ts';

const { values } = parseArgs({
  options: { directory: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' } },
});
const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION } = process.env;
if (values.directory === undefined || !accessKeyId || !secretAccessKey) {
  throw new PermanentFault(
    'cloud-process: expected --directory, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, got fewer',
    { code: 'wrong-use', remedy: 'Name the folder to keep data in and set the two variables.' },
  );
}
const cloud = await startCloud({
  directory: values.directory,
  port: Number(values.port ?? 0),
  credentials: { accessKeyId, secretAccessKey },
  ...(values.host === undefined ? {} : { host: values.host }),
  ...(AWS_REGION ? { region: AWS_REGION } : {}),
});
process.stdout.write(`${JSON.stringify({ endpoint: cloud.endpoint })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void cloud.close());

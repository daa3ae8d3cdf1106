/**
 * The endpoint-agnostic acceptance checks that lie beside the repository, each of which starts its own clients.
 *
 * Versioning is the one thing among them that this cloud answers 501.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { credentials, useCloud } from './cloud-fixture.ts';

const script = '../shared/tools/aws-conformance.mjs';
const isThere = existsSync(script);

function runChecks(endpoint: string): Promise<string> {
  const env = {
    ...process.env,
    S3_ENDPOINT: endpoint,
    SQS_ENDPOINT: endpoint,
    AK: credentials.accessKeyId,
    SK: credentials.secretAccessKey,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env }, (_, stdout) => resolve(stdout));
  });
}

describe.skipIf(!isThere)(`acceptance checks (skipped where ${script} is absent)`, () => {
  const fixture = useCloud();

  it('pass but for versioning, which is answered 501', async () => {
    const lines = (await runChecks(fixture.cloud.endpoint)).split('\n');
    const failed = lines.filter((line) => line.startsWith('FAIL'));
    expect(failed).toEqual([expect.stringMatching(/^FAIL versioning .*NotImplemented.* 501$/)]);
    expect(lines.filter((line) => line.startsWith('PASS')).length).toBeGreaterThanOrEqual(50);
  }, 60_000);
});

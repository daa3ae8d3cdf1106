/** The command line of share links. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../../../functions/cli/cxai.ts', import.meta.url));

const cxai = (...parameters: string[]): Promise<{ readonly status: number; readonly errors: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, ...parameters], (_, _output, errors) =>
      resolve({ status: child.exitCode ?? -1, errors }),
    );
  });

describe('cxai share', () => {
  it.each([
    ['a run', ['f'.repeat(32)]],
    ['list', ['list']],
    ['revoke', ['revoke', 'f'.repeat(16)]],
  ])('%s asks the installation of the state folder it was given', async (_, parameters) => {
    const { status, errors } = await cxai('share', ...parameters, '--state', '/nowhere/state');
    expect(status).toBe(1);
    expect(errors).toContain('(state folder /nowhere/state)');
  });

  it('for longer than thirty days is wrong use', async () => {
    expect(await cxai('share', 'f'.repeat(32), '--days', '31')).toMatchObject({
      status: 2,
      errors: expect.stringContaining('from 1 to 30'),
    });
  });
});

/** Revoking at the edge: the entry that infra/edge/share-verify.js asks for, against somebody else's changes. */
import { DescribeKeyValueStoreCommand, type PutKeyCommand } from '@aws-sdk/client-cloudfront-keyvaluestore';
import { describe, expect, it } from 'vitest';
import { defaultShareDays as offeredDays, shareDays } from '../../../functions/cli/share-days.ts';
import { denyAtEdge } from '../../../functions/share/edge-deny-list.ts';
import { readShareKey } from '../../../functions/share/share-key.ts';
import { defaultShareDays, longestShareDays } from '../../../shared/sharing/share-token.ts';

const id = 'a1b2c3d4e5f60718';
const failure = (name: string) => Object.assign(new Error(name), { name });

/** A store whose tag changes with every look; each put first meets the next of `faults`. */
function store(faults: readonly string[] = []) {
  const left = [...faults];
  const puts: PutKeyCommand['input'][] = [];
  let version = 0;
  const send = async (command: DescribeKeyValueStoreCommand | PutKeyCommand) => {
    if (command instanceof DescribeKeyValueStoreCommand) {
      version += 1;
      return { ETag: `v${version}` };
    }
    puts.push(command.input as PutKeyCommand['input']);
    const fault = left.shift();
    if (fault) throw failure(fault);
    return {};
  };
  return { client: { send } as never, puts };
}

describe('revoking a link at the edge', () => {
  it('puts the entry that the edge looks for, over the version it has seen', async () => {
    const { client, puts } = store();
    await denyAtEdge(client, 'arn:store', id);
    expect(puts).toEqual([{ KvsARN: 'arn:store', IfMatch: 'v1', Key: `revoked-${id}`, Value: '1' }]);
  });

  it('looks again where somebody else has changed the store', async () => {
    const { client, puts } = store(['ConflictException', 'ConflictException']);
    await denyAtEdge(client, 'arn:store', id);
    expect(puts.map(({ IfMatch }) => IfMatch)).toEqual(['v1', 'v2', 'v3']);
  });

  it.each([
    ['refused', ['AccessDeniedException']],
    ['never let through', Array.from({ length: 9 }, () => 'ConflictException')],
  ])('says that the link is still open where it is %s', async (_, faults) => {
    await expect(denyAtEdge(store(faults).client, 'arn:store', id)).rejects.toMatchObject({
      code: 'revoke-failed',
      remedy: expect.stringMatching(/still open/),
    });
  });
});

describe('the key of share links in AWS', () => {
  const secret = (SecretString: string | undefined) => ({ send: async () => ({ SecretString }) }) as never;

  it('is the 64 digits of the secret', async () => {
    expect(await readShareKey(secret('0a'.repeat(32)), 'cxai/example/share-key')).toBe('0a'.repeat(32));
  });

  it.each([undefined, '', 'short', 'Z'.repeat(64)])(
    'is not %j, and the message does not repeat it',
    async (value) => {
      const reading = readShareKey(secret(value), 'cxai/example/share-key');
      await expect(reading).rejects.toMatchObject({ code: 'share-key-invalid' });
      await expect(reading).rejects.not.toThrow(/short|Z{5}/);
    },
  );

  it('is missed with a remedy where sharing is off', async () => {
    const refused = { send: () => Promise.reject(failure('ResourceNotFoundException')) } as never;
    await expect(readShareKey(refused, 'cxai/example/share-key')).rejects.toMatchObject({
      code: 'share-key-unavailable',
      remedy: expect.stringMatching(/viewer\.sharing/),
    });
  });
});

describe('--days', () => {
  it('offers what tokens allow', () => {
    expect(offeredDays).toBe(defaultShareDays);
    expect(shareDays(String(longestShareDays))).toBe(longestShareDays);
    expect(() => shareDays(String(longestShareDays + 1))).toThrow(/1 to 30, got '31'/);
  });

  it.each(['0', '-1', '1.5', 'x', ''])('is not %j', (text) => {
    expect(() => shareDays(text)).toThrow(/expected a whole number from 1 to 30/);
  });
});

/** Where the key of one-way references comes from, on a laptop and in AWS. */
import { describe, expect, it } from 'vitest';
import { createReferenceKey } from '../../functions/common/reference-key.ts';

const key = '0123456789abcdef'.repeat(4);
const unread = () => Promise.reject(new Error('nobody should read a secret here'));

describe('the reference key', () => {
  it('is the variable where there is one, and no secret is read', async () => {
    const both = { CXAI_REFERENCE_KEY: key, CXAI_REFERENCE_KEY_SECRET: 'arn' };
    expect(await createReferenceKey(both, unread)()).toBe(key);
  });

  it('is read from the named secret once, however often and however concurrently it is needed', async () => {
    const asked: string[] = [];
    const referenceKey = createReferenceKey({ CXAI_REFERENCE_KEY_SECRET: 'arn:secret' }, async (id) => {
      asked.push(id);
      return key;
    });
    expect(await Promise.all([referenceKey(), referenceKey(), referenceKey()])).toEqual([key, key, key]);
    expect(asked).toEqual(['arn:secret']);
  });

  it('is read anew after five minutes, so that a new key reaches a function that lives on', async () => {
    let time = 0;
    const secrets = [key, 'f'.repeat(64)];
    const referenceKey = createReferenceKey(
      { CXAI_REFERENCE_KEY_SECRET: 'arn' },
      async () => secrets.shift(),
      () => time,
    );
    expect(await referenceKey()).toBe(key);
    time = 299_000;
    expect(await referenceKey()).toBe(key);
    time = 300_000;
    expect(await referenceKey()).toBe('f'.repeat(64));
  });

  it('is asked for again after a failed read, which is transient', async () => {
    let calls = 0;
    const referenceKey = createReferenceKey({ CXAI_REFERENCE_KEY_SECRET: 'arn' }, async () => {
      calls += 1;
      if (calls === 1) throw new Error('throttled');
      return key;
    });
    await expect(referenceKey()).rejects.toMatchObject({
      code: 'reference-key-unavailable',
      permanent: false,
    });
    expect(await referenceKey()).toBe(key);
  });

  it('refuses a secret that is not 64 hex digits without repeating it', async () => {
    const referenceKey = createReferenceKey({ CXAI_REFERENCE_KEY_SECRET: 'arn' }, async () => 'swordfish');
    await expect(referenceKey()).rejects.toMatchObject({ code: 'reference-key-invalid', permanent: true });
    await expect(referenceKey()).rejects.not.toThrow(/swordfish/);
  });

  it('says so where neither is set', async () => {
    await expect(createReferenceKey({}, unread)()).rejects.toMatchObject({ code: 'reference-key-missing' });
  });
});

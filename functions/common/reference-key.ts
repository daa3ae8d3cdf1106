/**
 * The key of one-way references, from the first place that has it: `CXAI_REFERENCE_KEY` (a laptop), or the
 * secret that `CXAI_REFERENCE_KEY_SECRET` names (AWS), read when first needed and kept for five minutes, so that a new
 * key reaches every function without a deployment. A function that has neither can do everything but reject a file.
 */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PermanentFault, TransientFault } from '../../shared/errors.ts';
import { type Environment, referenceKeySchema } from './environment.ts';

type Settings = Pick<Environment, 'CXAI_REFERENCE_KEY' | 'CXAI_REFERENCE_KEY_SECRET'>;
export type ReadSecret = (secretId: string) => Promise<string | undefined>;

const lifetimeMs = 5 * 60_000;

/** Resolves to 64 hexadecimal digits. A failed read is tried again by the next call. */
export function createReferenceKey(
  settings: Settings,
  readSecret: ReadSecret = fromSecretsManager,
  now: () => number = Date.now,
): () => Promise<string> {
  const { CXAI_REFERENCE_KEY: given, CXAI_REFERENCE_KEY_SECRET: secretId } = settings;
  if (given !== undefined) return async () => given;
  let kept: { readonly key: Promise<string>; readonly until: number } | undefined;
  return () => {
    if (kept && now() < kept.until) return kept.key;
    const key = readKey(secretId, readSecret).catch((error: unknown) => {
      if (kept?.key === key) kept = undefined;
      throw error;
    });
    kept = { key, until: now() + lifetimeMs };
    return key;
  };
}

async function readKey(secretId: string | undefined, readSecret: ReadSecret): Promise<string> {
  if (secretId === undefined) {
    throw new PermanentFault(
      'reference key: expected CXAI_REFERENCE_KEY or CXAI_REFERENCE_KEY_SECRET, got neither',
      {
        code: 'reference-key-missing',
        remedy:
          'Only functions that reject files have it; infra/constructs/function-permissions.ts says which.',
      },
    );
  }
  const value = await readSecret(secretId).catch((cause: unknown) => {
    throw new TransientFault('reference key: the secret could not be read', {
      code: 'reference-key-unavailable',
      cause,
    });
  });
  const parsed = referenceKeySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PermanentFault('reference key: expected a secret of 64 hex digits, got something else', {
    code: 'reference-key-invalid',
    remedy: 'Put 64 hex digits into the secret.',
  });
}

const fromSecretsManager: ReadSecret = async (secretId) =>
  (await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: secretId }))).SecretString;

/** The key that signs an AWS installation's share links: the secret `cxai/<hospital>/share-key` of the site stack. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PermanentFault } from '../../shared/errors.ts';

/** Resolves to 64 hexadecimal digits. Throws PermanentFault where the secret is missing, closed or something else. */
export async function readShareKey(
  client: Pick<SecretsManagerClient, 'send'>,
  secretId: string,
): Promise<string> {
  const secret = await client
    .send(new GetSecretValueCommand({ SecretId: secretId }))
    .catch((cause: unknown) => {
      throw new PermanentFault(`share: expected to read the secret ${secretId}, got refused`, {
        code: 'share-key-unavailable',
        remedy: "Deploy with viewer.sharing 'on', and use credentials that may read this secret.",
        cause,
      });
    });
  if (/^[0-9a-f]{64}$/.test(secret.SecretString ?? '')) return secret.SecretString!;
  throw new PermanentFault(`share: expected 64 hexadecimal digits in ${secretId}, got something else`, {
    code: 'share-key-invalid',
    remedy: 'Put 64 hexadecimal digits into the secret and into the key-value store (infra/README.md).',
  });
}

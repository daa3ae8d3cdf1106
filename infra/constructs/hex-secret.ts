/** A secret of 64 hexadecimal digits, made by Secrets Manager: nobody has seen it and no template holds it. */
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import type { Deployment } from './deployment.ts';

export interface HexSecretOptions {
  readonly description: string;
  readonly encryptionKey: IKey;
  readonly rotation: 'reference key is rotated by hand' | 'share key is rotated by hand';
}

export function hexSecret(
  scope: Construct,
  { settings, removal }: Deployment,
  name: 'reference-key' | 'share-key',
  { description, encryptionKey, rotation }: HexSecretOptions,
): Secret {
  const secret = new Secret(scope, name, {
    secretName: `cxai/${settings.id}/${name}`,
    description,
    encryptionKey,
    generateSecretString: {
      passwordLength: 64,
      excludeUppercase: true,
      excludePunctuation: true,
      excludeCharacters: 'ghijklmnopqrstuvwxyz',
      requireEachIncludedType: false,
    },
    removalPolicy: removal,
  });
  acknowledge(secret, rotation);
  return secret;
}

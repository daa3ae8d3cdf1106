/** The fault controls of a cloud in another process, over its signed admin path (fault-admin.ts). */
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { FAULT_PATH, FAULT_SERVICE } from './fault-admin.ts';
import type { FaultPlan } from './faults.ts';
import { ServiceError } from './service-error.ts';
import type { Credentials } from './signature.ts';

export interface RemoteCloud {
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly region?: string;
}

export interface RemoteFaults {
  set(plan: FaultPlan): Promise<void>;
  clear(): Promise<void>;
  struck(): Promise<readonly number[]>;
}

/** Every call throws ServiceError where the cloud refuses it (403 wrong key, 400 not a fault plan). */
export function remoteFaults({ endpoint, credentials, region = 'us-east-1' }: RemoteCloud): RemoteFaults {
  const { hostname, port } = new URL(endpoint);
  const sha256 = Hash.bind(null, 'sha256') as unknown as ConstructorParameters<
    typeof SignatureV4
  >[0]['sha256'];
  const signer = new SignatureV4({ credentials, region, service: FAULT_SERVICE, sha256 });
  const call = async (method: string, body = ''): Promise<string> => {
    const signed = await signer.sign({
      method,
      protocol: 'http:',
      hostname,
      path: FAULT_PATH,
      headers: { host: `${hostname}:${port}` },
      body,
    });
    const { host: _, ...headers } = signed.headers;
    const answer = await fetch(`${endpoint}${FAULT_PATH}`, {
      method,
      headers,
      ...(method === 'PUT' ? { body } : {}),
    });
    const text = await answer.text();
    if (answer.ok) return text;
    const { code = 'Unknown', message = text } = JSON.parse(text) as { code?: string; message?: string };
    throw new ServiceError(answer.status, code, message);
  };
  return {
    set: async (plan) => void (await call('PUT', JSON.stringify(plan))),
    clear: async () => void (await call('DELETE')),
    struck: async () => (JSON.parse(await call('GET')) as { struck: number[] }).struck,
  };
}

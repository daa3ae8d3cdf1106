/** `npm run deploy -- HOSPITAL [options of cdk deploy]`: one command from the settings to a running system. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { CloudFrontKeyValueStoreClient } from '@aws-sdk/client-cloudfront-keyvaluestore';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createAwsClients } from '../functions/common/aws-clients.ts';
import { createObjectStore } from '../functions/common/object-store.ts';
import { buildSite, siteRoot } from '../functions/local/site-build.ts';
import { putAtEdge } from '../functions/share/edge-store.ts';
import { readShareKey } from '../functions/share/share-key.ts';
import { CxaiError } from '../shared/errors.ts';
import { deployHospital } from './deploy-hospital.ts';
import { loadHospital } from './settings/load-hospital.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));

async function cdk(...parameters: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'cxai-deploy-'));
  const file = join(folder, 'outputs.json');
  try {
    await new Promise<void>((resolve, reject) => {
      const program = `${repository}node_modules/aws-cdk/bin/cdk`;
      const given = [program, ...parameters, '--outputs-file', file];
      const child = spawn(execPath, given, { cwd: repository, stdio: 'inherit' });
      child.once('error', reject);
      child.once('exit', (code) =>
        code === 0
          ? resolve()
          : reject(new Error(`cdk ${parameters[0]}: exit status ${code}; what it said stands above`)),
      );
    });
    const stacks = JSON.parse(await readFile(file, 'utf8')) as Record<string, Record<string, string>>;
    return new Map(Object.values(stacks).flatMap((outputs) => Object.entries(outputs)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function openSharing(region: string, secretId: string, storeArn: string): Promise<void> {
  const key = await readShareKey(new SecretsManagerClient({ region }), secretId);
  const client = new CloudFrontKeyValueStoreClient({ region: 'us-east-1' });
  await putAtEdge(client, storeArn, { Key: 'key', Value: key });
}

try {
  const [hospital, ...more] = argv.slice(2);
  const settings = await loadHospital(hospital);
  const { s3 } = createAwsClients({ region: settings.region });
  await deployHospital(settings, more, {
    cdk,
    buildSite: async () => {
      await buildSite();
      return siteRoot;
    },
    store: (bucket) => createObjectStore(s3, bucket),
    openSharing: (secretId, storeArn) => openSharing(settings.region, secretId, storeArn),
    tell: (line) => console.log(line),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof CxaiError && error.remedy) console.error(error.remedy);
  process.exitCode = 1;
}

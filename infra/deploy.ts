/** `npm run deploy -- HOSPITAL [options of cdk deploy]`: one command from the settings to a running system. */
import { spawn } from 'node:child_process';
import { argv, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { createAwsClients } from '../functions/common/aws-clients.ts';
import { createObjectStore } from '../functions/common/object-store.ts';
import { buildSite, siteRoot } from '../functions/local/site-build.ts';
import { CxaiError } from '../shared/errors.ts';
import { deployHospital } from './deploy-hospital.ts';
import { loadHospital } from './settings/load-hospital.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));

const cdk = (...parameters: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const program = `${repository}node_modules/aws-cdk/bin/cdk`;
    const child = spawn(execPath, [program, ...parameters], { cwd: repository, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`cdk ${parameters[0]}: exit status ${code}; what it said stands above`)),
    );
  });

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
    tell: (line) => console.log(line),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof CxaiError && error.remedy) console.error(error.remedy);
  process.exitCode = 1;
}

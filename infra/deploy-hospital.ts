/**
 * Everything that one hospital's deployment takes, in order: the stacks with their images, the site built and
 * published, the bundled model registered, under its own name for a first try and under the canary's, and with sharing
 * the key of the links put where CloudFront reads it. Each step may be done again; what fails ends the rest.
 */
import { join } from 'node:path';
import type { ObjectStore } from '../functions/common/object-store.ts';
import { bundledModels, readModelFolder, registerModel } from '../functions/local/register-models.ts';
import { PermanentFault } from '../shared/errors.ts';
import { canaryModel } from '../shared/pipeline/canary.ts';
import { publishSite } from './publish-site.ts';
import { type BucketName, bucketName } from './settings/bucket-name.ts';
import type { HospitalSettings } from './settings/hospital-settings.ts';

export interface DeployTools {
  /** Runs the CDK's program; resolves to the outputs of the stacks by name, rejects where it fails. */
  cdk(...parameters: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Folder of the built site. */
  buildSite(): Promise<string>;
  store(bucket: string): ObjectStore;
  /** Copies the secret that signs share links into the key-value store. */
  openSharing(secretId: string, storeArn: string): Promise<void>;
  tell(line: string): void;
}

/** `more` goes to `cdk deploy`. Throws PermanentFault for the example, whose account is nobody's, and for a profile. */
export async function deployHospital(
  settings: HospitalSettings,
  more: readonly string[],
  { cdk, buildSite, store, openSharing, tell }: DeployTools,
): Promise<void> {
  refuseExample(settings);
  refuseProfile(more);
  const { id, viewer, alarms } = settings;
  const bucket = (name: BucketName) => store(bucketName(settings, name));
  // Built first: a site that cannot be built should not be found out after half an hour of stacks.
  const folder = await buildSite();
  tell('site built');
  const outputs = await cdk('deploy', '--all', '-c', `hospital=${id}`, ...more);
  tell('stacks deployed');
  const files = await publishSite(folder, bucket('site'));
  tell(`${files.length} files of the site published`);
  const model = await readModelFolder(join(bundledModels, 'phantom'));
  await registerModel(bucket('results'), model);
  await registerModel(bucket('results'), { ...model, card: { ...model.card, id: canaryModel } });
  tell(`model ${model.card.id} registered, for a first try and for the canary`);
  if (viewer.sharing === 'on') {
    await openSharing(`cxai/${id}/share-key`, shareStoreIn(outputs));
    tell('share links open');
  }
  tell(`https://${viewer.domain.name}/ once its name points at the output domain-name of the site stack`);
  tell(`Confirm the subscription that was mailed to ${alarms.email}: without it no alarm is heard.`);
}

function shareStoreIn(outputs: ReadonlyMap<string, string>): string {
  const arn = outputs.get('sharestorearn');
  if (arn) return arn;
  throw new PermanentFault('deploy: expected the output share-store-arn of the site stack, got none', {
    code: 'share-store-unknown',
    remedy: 'Deploy all stacks at once, without naming some.',
  });
}

/** The CDK alone would use it: what is published afterwards would go out with other credentials. */
function refuseProfile(more: readonly string[]): void {
  if (!more.some((option) => /^--profile(=|$)/.test(option))) return;
  throw new PermanentFault('deploy: expected the profile in AWS_PROFILE, got --profile', {
    code: 'deploy-profile',
    remedy: 'AWS_PROFILE=<profile> npm run deploy -- <id>: every step then uses it.',
  });
}

function refuseExample({ id, account }: HospitalSettings): void {
  if (id !== 'example' && account !== '111122223333') return;
  throw new PermanentFault(`deploy: expected a hospital of your own, got ${id} of account ${account}`, {
    code: 'hospital-example',
    remedy: 'Copy infra/hospitals/example.ts to <id>.ts, change every value, then deploy <id>.',
  });
}

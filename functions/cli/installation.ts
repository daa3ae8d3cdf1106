/**
 * The pipeline that the commands talk to: the one started here (`cxai start`), or the one in AWS
 * whose buckets CXAI_DROP_BUCKET and CXAI_RESULTS_BUCKET name, with the usual AWS credentials.
 */
import { PermanentFault } from '../../shared/errors.ts';
import { type AwsClients, createAwsClients } from '../common/aws-clients.ts';
import { createObjectStore, type ObjectStore } from '../common/object-store.ts';
import { findRunning, loadSecrets } from '../local/local-state.ts';

export interface Installation {
  /** `cxai` here, `cxai-<hospital>` in AWS: what the names of its queues start with. */
  readonly name: string;
  readonly where: 'local' | 'aws';
  readonly clients: AwsClients;
  readonly drop: ObjectStore;
  readonly results: ObjectStore;
  readonly buckets: { readonly drop: string; readonly results: string };
  /** Address of the site, where it is known. */
  readonly site: string | undefined;
}

export async function connect(state: string): Promise<Installation> {
  const { CXAI_DROP_BUCKET: dropBucket, CXAI_RESULTS_BUCKET: resultsBucket, CXAI_SITE: site } = process.env;
  if (dropBucket && resultsBucket) {
    return installation({ where: 'aws', clients: createAwsClients(), dropBucket, resultsBucket, site });
  }
  const running = await findRunning(state);
  if (!running) {
    throw new PermanentFault(`expected a running pipeline (state folder ${state}), found none`, {
      code: 'pipeline-not-running',
      remedy:
        'Start it with `npm start`, or name the buckets of one in AWS: CXAI_DROP_BUCKET, CXAI_RESULTS_BUCKET.',
    });
  }
  const { accessKeyId, secretAccessKey } = await loadSecrets(state);
  const clients = createAwsClients({
    endpoint: running.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
  });
  return installation({ where: 'local', clients, ...running });
}

interface Found {
  readonly where: Installation['where'];
  readonly clients: AwsClients;
  readonly dropBucket: string;
  readonly resultsBucket: string;
  readonly site: string | undefined;
}

const installation = ({ where, clients, dropBucket, resultsBucket, site }: Found): Installation => ({
  // infra/settings/bucket-name.ts: cxai-<hospital>-results-<account>-<region>.
  name: resultsBucket.replace(/-results(-\d{12}-[a-z0-9-]+)?$/, ''),
  where,
  clients,
  drop: createObjectStore(clients.s3, dropBucket),
  results: createObjectStore(clients.s3, resultsBucket),
  buckets: { drop: dropBucket, results: resultsBucket },
  site,
});

/**
 * The pipeline that `drop`, `runs` and `show` talk to: the one started here (`cxai start`), or the one in AWS
 * whose buckets CXAI_DROP_BUCKET and CXAI_RESULTS_BUCKET name, with the usual AWS credentials.
 */
import { PermanentFault } from '../../shared/errors.ts';
import { createAwsClients } from '../common/aws-clients.ts';
import { createObjectStore, type ObjectStore } from '../common/object-store.ts';
import { findRunning, loadSecrets } from '../local/local-state.ts';

export interface Installation {
  readonly drop: ObjectStore;
  readonly results: ObjectStore;
  /** Address of the site, where it is known. */
  readonly site: string | undefined;
}

export async function connect(state: string): Promise<Installation> {
  const { CXAI_DROP_BUCKET: dropBucket, CXAI_RESULTS_BUCKET: resultsBucket, CXAI_SITE: site } = process.env;
  if (dropBucket && resultsBucket) {
    const { s3 } = createAwsClients();
    return { drop: createObjectStore(s3, dropBucket), results: createObjectStore(s3, resultsBucket), site };
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
  const { s3 } = createAwsClients({
    endpoint: running.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    drop: createObjectStore(s3, running.dropBucket),
    results: createObjectStore(s3, running.resultsBucket),
    site: running.site,
  };
}

/** `cxai doctor --aws`: is everything there that a hospital's deployment needs? Reads only. */
import { BatchClient } from '@aws-sdk/client-batch';
import { ECRClient } from '@aws-sdk/client-ecr';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { awsChecks } from '../doctor/aws-checks.ts';
import { connect } from './installation.ts';
import type { Output } from './output.ts';
import { reportChecks } from './report-checks.ts';
import { WrongUse } from './wrong-use.ts';

/** Returns the number of checks that failed. */
export async function doctorAwsCommand(output: Output): Promise<number> {
  const { CXAI_DROP_BUCKET: drop, CXAI_RESULTS_BUCKET: results } = process.env;
  if (!drop || !results) {
    throw new WrongUse(
      'doctor --aws: expected CXAI_DROP_BUCKET and CXAI_RESULTS_BUCKET, which name the installation',
    );
  }
  const { clients, name } = await connect('');
  const others = {
    lambda: new LambdaClient(),
    batch: new BatchClient(),
    ecr: new ECRClient(),
    quotas: new ServiceQuotasClient(),
  };
  return reportChecks(awsChecks({ ...clients, ...others }, { name, buckets: [drop, results] }), output);
}

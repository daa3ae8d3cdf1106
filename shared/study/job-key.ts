/** The content address of a job: the same training on the same data with the same code has the same key. */
import type { StudyJob } from '../manifest/study.ts';
import { canonicalJson } from '../pipeline/canonical-json.ts';
import { shortDigest } from '../pipeline/digest.ts';

/** Raised whenever the training code computes other weights from the same job and data. */
export const CODE_FORMAT = 1;

export function jobKeyOf(job: StudyJob, dataDigest: string): string {
  return shortDigest(canonicalJson({ format: CODE_FORMAT, dataDigest, job }));
}

/**
 * Keys below a study's folder (`cxai study run --out`, or studies/{id}/ in the results bucket):
 *   plan.json                        what is to be computed
 *   data/{data digest}/index.json    the prepared data, pixels.f32 beside it
 *   results/{job key}.json           one per finished job, written once
 *   weights/{job key}.onnx           the weights of its best epoch
 *   checkpoints/{job key}            of an unfinished job; deleted when the result is written
 *   report.json                      the report over all results
 */
export const studyPlanKey = 'plan.json';
export const studyReportKey = 'report.json';

/** `dataDigest` is `sha256:…`. */
export const studyDataPrefix = (dataDigest: string): string => `data/${dataDigest.slice('sha256:'.length)}/`;
export const studyDataKey = (dataDigest: string): string => `${studyDataPrefix(dataDigest)}index.json`;
export const studyPixelsKey = (dataDigest: string): string => `${studyDataPrefix(dataDigest)}pixels.f32`;

export const studyResultKey = (jobKey: string): string => `results/${jobKey}.json`;
export const studyWeightsKey = (jobKey: string): string => `weights/${jobKey}.onnx`;
export const studyCheckpointKey = (jobKey: string): string => `checkpoints/${jobKey}`;

/** A study's folder in a bucket. */
export const studyPrefix = (id: string): string => `studies/${id}/`;
/** In a data root: the list of the studies that the site shows (study-index.ts). */
export const studyIndexKey = 'studies/index.json';

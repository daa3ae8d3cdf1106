/**
 * Every object key, in one place.
 *
 * Drop bucket (identifiable, expires):   drop/{model}/{file}          what a hospital uploads; triggers ingest
 *                                        receipts/{model}/{file}.json which run a file became, or why not
 * Results bucket (de-identified):        models/{model}/{file}        card.json and the model file
 *                                        runs/{run}/…                 below
 *                                        pending/{run}                exists until the manifest does (sweeper)
 *                                        index.json, index/page-N.json
 */
export const dropPrefix = 'drop/';
export const receiptsPrefix = 'receipts/';
export const pendingPrefix = 'pending/';
export const modelsPrefix = 'models/';
export const indexKey = 'index.json';
export const indexPagesPrefix = 'index/';
export const manifestName = 'manifest.json';

export const dropKey = (modelId: string, file: string): string => `${dropPrefix}${modelId}/${file}`;
export const receiptKey = (key: string): string => `${receiptsPrefix}${key.slice(dropPrefix.length)}.json`;
export const modelKey = (modelId: string, file: string): string => `${modelsPrefix}${modelId}/${file}`;
export const cardKey = (modelId: string): string => modelKey(modelId, 'card.json');
export const pendingKey = (runId: string): string => `${pendingPrefix}${runId}`;
export const indexPageKey = (page: number): string =>
  `${indexPagesPrefix}page-${String(page).padStart(6, '0')}.json`;

export const runPrefix = (runId: string): string => `runs/${runId}/`;
export const runKey = (runId: string, name: string): string => `${runPrefix(runId)}${name}`;
export const planKey = (runId: string): string => runKey(runId, 'plan.json');
/** What the manifest tells of the model: the run can then be finished without it. */
export const runModelKey = (runId: string): string => runKey(runId, 'model.json');
export const manifestKey = (runId: string): string => runKey(runId, manifestName);
/** Written when every task of the plan has been sent: a duplicate event then has nothing to do. */
export const sentKey = (runId: string): string => runKey(runId, 'sent');
export const imageName = 'image.png';
export const inputName = 'input.npy';

export const mapName = (method: string): string => `methods/${method}/map.npy`;
export const previewName = (method: string): string => `methods/${method}/preview.png`;
export const resultName = (method: string): string => `methods/${method}/result.json`;
/** The last fault of a method that will be tried again: the dead-letter consumer puts it into the manifest. */
export const lastFaultName = (method: string): string => `methods/${method}/last-fault.json`;

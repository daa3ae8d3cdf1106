/** A model of the data root: its card, and its file as bytes. Whether they belong together the engine checks. */
import { PermanentFault, TransientFault } from '../../../shared/errors.ts';
import { cardKey, indexKey, modelKey } from '../../../shared/manifest/keys.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';
import type { RunIndex } from '../../../shared/manifest/run-index.ts';
import { pageDataRoot } from './data-root.ts';
import { fetchJson } from './fetch-json.ts';
import { modelsOf } from './run-list.ts';

/** There is no list of models: those that runs name, and the one that is always there. */
export const bundledModel = 'phantom';

export async function knownModels(): Promise<string[]> {
  const answer = await fetchJson<RunIndex>(`${pageDataRoot()}${indexKey}`, 'cxai.run-index/1');
  const named = answer.kind === 'loaded' ? modelsOf(answer.value.runs) : [];
  return [...new Set([...named, bundledModel])].sort();
}

export interface LoadedModel {
  readonly card: ModelCard;
  readonly model: Uint8Array<ArrayBuffer>;
}

/** Throws PermanentFault or TransientFault with words for a reader. */
export async function loadModel(id: string): Promise<LoadedModel> {
  const answer = await fetchJson<ModelCard>(`${pageDataRoot()}${cardKey(id)}`, 'cxai.model-card/1');
  if (answer.kind !== 'loaded') {
    const missing = answer.kind === 'failed' && answer.failure.kind === 'missing';
    throw new PermanentFault(
      `model ${id}: expected its card, got ${answer.kind === 'failed' ? answer.failure.detail : answer.kind}`,
      {
        code: 'model-unknown',
        remedy: missing
          ? 'Choose another model, or register this one: cxai model add.'
          : 'Check the connection and try again.',
      },
    );
  }
  const response = await fetch(`${pageDataRoot()}${modelKey(id, answer.value.file)}`).catch(() => null);
  if (!response?.ok) {
    throw new TransientFault(`model ${id}: expected its file, got ${response?.status ?? 'no answer'}`, {
      code: 'model-unreachable',
      remedy: 'Check the connection, or register the model again: cxai model add.',
    });
  }
  return { card: answer.value, model: new Uint8Array(await response.arrayBuffer()) };
}

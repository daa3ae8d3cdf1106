/** The subject of a stored run: its model and its input are fetched, an engine is started for them. */
import { PermanentFault, TransientFault } from '../../../shared/errors.ts';
import type { ExplainedManifest } from '../../../shared/manifest/manifest.ts';
import { readNpy } from '../../../shared/tensor/npy.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';
import { startEngine } from '../engine/engine.ts';
import type { EditSubject } from './edit-subject.ts';
import { loadModel } from './load-model.ts';
import { runFile } from './manifest-store.ts';

/** Throws with words for a reader where model, input or engine cannot be had. */
export async function openStoredSubject(
  manifest: ExplainedManifest,
  onProgress: (fraction: number) => void,
): Promise<EditSubject> {
  const { runId, files, model: used } = manifest;
  const [{ card, model }, input] = await Promise.all([
    loadModel(used.id),
    loadInput(runFile(runId, files.input)),
  ]);
  if (card.digest !== used.digest) {
    throw new PermanentFault(`model ${used.id}: expected the file of this run, got a newer one`, {
      code: 'model-replaced',
      remedy: `This run was explained by version ${used.version}; version ${card.version} is there now. Drop the image again.`,
    });
  }
  const engine = await startEngine(onProgress);
  try {
    await engine.call('open', { card, model });
  } catch (error) {
    engine.close();
    throw error;
  }
  return { engine, card, input, close: engine.close };
}

async function loadInput(url: string): Promise<Tensor32> {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) {
    throw new TransientFault(`input: expected the model's input, got ${response?.status ?? 'no answer'}`, {
      code: 'input-unreachable',
      remedy: 'Check the connection and try again.',
    });
  }
  const { shape, data } = readNpy(new Uint8Array(await response.arrayBuffer()));
  if (data instanceof Float32Array && shape.length === 3) return { shape, data };
  throw new PermanentFault(`input: expected three axes of float32, got ${data.constructor.name} [${shape}]`, {
    code: 'input-shape',
  });
}

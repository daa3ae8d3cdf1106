/**
 * Models of a deployment: `models/{id}/card.json` and the file it names, in the results bucket.
 * Opened classifiers are kept (the `capacity` most recently used), since compiling one costs more than using it.
 */

import { PermanentFault } from '../../shared/errors.ts';
import { cardKey, modelKey, modelsPrefix } from '../../shared/manifest/keys.ts';
import { type ModelCard, modelCardSchema, modelIdSchema } from '../../shared/manifest/model-card.ts';
import { forwardFlops } from '../../shared/onnx/forward-flops.ts';
import { type RandomizedModels, randomizedModels } from '../../shared/pipeline/check-randomization.ts';
import { digestOf } from '../../shared/pipeline/digest.ts';
import type { Classifier } from '../../shared/runtime/classifier.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import type { Runner } from '../../shared/runtime/runner.ts';
import { readJson } from './json-object.ts';
import type { ObjectStore } from './object-store.ts';

export interface ModelRegistry {
  readonly runner: Runner;
  /** Throws PermanentFault `model-unknown` with the ids there are. */
  card(modelId: string): Promise<ModelCard>;
  /** The compiled classifier of exactly this digest. */
  classifier(card: ModelCard): Promise<Classifier>;
  /** Floating-point operations of one image's forward pass. */
  forwardFlops(card: ModelCard): Promise<number>;
  ids(): Promise<string[]>;
  /** The model with its last layers randomized, for the sanity check; the caller releases it. */
  randomized(card: ModelCard, seed: number): Promise<RandomizedModels>;
}

const cardLifetimeMs = 10_000;

export function createModelRegistry(store: ObjectStore, runner: Runner, capacity = 3): ModelRegistry {
  const cards = new Map<string, { card: ModelCard; readAt: number }>();
  const flops = new Map<string, number>();
  const opened = new Map<string, Promise<Classifier>>();

  async function modelFile(card: ModelCard): Promise<Uint8Array> {
    const object = await store.read(modelKey(card.id, card.file));
    if (!object || digestOf(object.bytes) !== card.digest) {
      throw new PermanentFault(
        `model ${card.id}: expected a file with the card's digest, got ${object ? 'another' : 'none'}`,
        {
          code: 'model-file-mismatch',
          remedy: 'Register the model again: cxai model add.',
        },
      );
    }
    return object.bytes;
  }

  const open = (bytes: Uint8Array, card: ModelCard): Promise<Classifier> =>
    compileClassifier(bytes, runner, { layout: card.input.layout, inputShape: inputShapeOf(card) });

  async function ids(): Promise<string[]> {
    const found = new Set<string>();
    for await (const { key } of store.list(modelsPrefix)) {
      if (key.endsWith('/card.json')) found.add(key.split('/')[1]!);
    }
    return [...found].sort();
  }

  return {
    runner,
    ids,
    async randomized(card, seed) {
      return randomizedModels(await modelFile(card), (bytes) => open(bytes, card), seed);
    },
    async forwardFlops(card) {
      const known = flops.get(card.digest) ?? forwardFlops(await modelFile(card), inputShapeOf(card));
      flops.set(card.digest, known);
      return known;
    },
    async card(modelId) {
      const kept = cards.get(modelId);
      if (kept && Date.now() - kept.readAt < cardLifetimeMs) return kept.card;
      const stored = modelIdSchema.safeParse(modelId).success
        ? await readJson(store, cardKey(modelId), modelCardSchema)
        : undefined;
      if (!stored) {
        throw new PermanentFault(`model: expected one of ${(await ids()).join(', ')}, got an unknown name`, {
          code: 'model-unknown',
          remedy: 'Drop files into drop/<model>/, or register the model first: cxai model add.',
        });
      }
      cards.set(modelId, { card: stored.value, readAt: Date.now() });
      return stored.value;
    },
    async classifier(card) {
      const key = card.digest;
      const kept = opened.get(key);
      const classifier = kept ?? modelFile(card).then((bytes) => open(bytes, card));
      opened.delete(key);
      opened.set(key, classifier);
      classifier.catch(() => opened.delete(key));
      if (opened.size > capacity) {
        const [oldest, evicted] = opened.entries().next().value!;
        opened.delete(oldest);
        void evicted.then((model) => model.release());
      }
      return classifier;
    },
  };
}

/** One image in the model's own layout, without the batch axis. */
export function inputShapeOf({ input }: ModelCard): readonly [number, number, number] {
  return input.layout === 'NCHW'
    ? [input.channels, input.height, input.width]
    : [input.height, input.width, input.channels];
}

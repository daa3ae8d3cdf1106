/**
 * One model for several methods on one image: what has been computed at a point is not computed again. Gradients
 * at the image itself, feature maps of the CAMs, ends of paths and scores repeat from method to method.
 *
 * A point is known by 64 bits of hash over the float32 values of its image, with the pass and the target. The
 * least recently used answers are dropped when their bytes pass the limit, so memory is bounded and a dropped
 * answer is merely computed anew.
 */
import type { Classifier } from '../runtime/classifier.ts';
import { type ConvolutionalClassifier, isConvolutional } from '../runtime/convolutional-classifier.ts';
import { elementCount, type Tensor, type Tensor32, tensor, toFloat32 } from '../tensor/tensor.ts';

/** Single-image passes. */
export interface PassCount {
  readonly gradients: number;
  readonly forwards: number;
}

export interface SharedCalls {
  /** Convolutional where the model is. Releasing it releases nothing: the model stays its owner's. */
  readonly classifier: Classifier;
  /** Passes that were asked for and taken from memory. */
  reused(): PassCount;
  /** Bytes of the answers kept now; never more than the limit. */
  bytes(): number;
}

/** Some 200 gradients at 224×224×3. */
const DEFAULT_LIMIT = 128 * 2 ** 20;

/** What a pass gave for one image: scores first, each without the batch axis. */
type Answer = readonly Tensor32[];
type Run = (batch: Tensor32, targets: readonly number[]) => Promise<readonly Tensor32[]>;

/** `limit`: bytes of answers kept at most. */
export function sharedCalls(model: Classifier, limit: number = DEFAULT_LIMIT): SharedCalls {
  const answers = answerStore(limit);
  const reused = { gradients: 0, forwards: 0 };

  const passes = async (pass: string, given: Tensor, targets: readonly number[], run: Run) => {
    const batch = toFloat32(given);
    const points = imagesOf(batch).map(hashOf);
    const found = points.map((point, n) => answers.get(`${pass} ${targets[n]} ${point}`));
    const missing = points.flatMap((_, n) => (found[n] ? [] : [n]));
    reused.gradients += points.length - missing.length;
    if (missing.length > 0) {
      const fresh = await run(
        chosen(batch, missing),
        missing.map((n) => targets[n]!),
      );
      missing.forEach((n, at) => {
        const answer = fresh.map((part) => imageAt(part, at));
        found[n] = answer;
        answers.set(`${pass} ${targets[n]} ${points[n]}`, answer);
        answers.set(`scores ${points[n]}`, [answer[0]!]);
      });
      if (missing.length === points.length) return fresh;
    }
    return joined(found as Answer[]);
  };

  /** Forward passes are cheap, so a batch is taken from memory as a whole or computed as a whole. */
  const scores = async (given: Tensor): Promise<Tensor32> => {
    const batch = toFloat32(given);
    const points = imagesOf(batch).map(hashOf);
    const found = points.map((point) => answers.get(`scores ${point}`));
    if (found.every((answer) => answer !== undefined)) {
      reused.forwards += points.length;
      return joined(found)[0]!;
    }
    const fresh = await model.scores(batch);
    points.forEach((point, n) => {
      answers.set(`scores ${point}`, [imageAt(fresh, n)]);
    });
    return fresh;
  };

  /** A batch is taken from memory as a whole or computed as a whole, for all its targets. */
  const gradients: Classifier['gradients'] =
    model.gradients &&
    (async (given, targets) => {
      const batch = toFloat32(given);
      const points = imagesOf(batch).map(hashOf);
      const key = (list: readonly number[], n: number): string => `gradient ${list[n]} ${points[n]}`;
      const found = targets.map((list) => points.map((_, n) => answers.get(key(list, n))));
      if (found.flat().every((answer) => answer !== undefined)) {
        reused.gradients += targets.length * points.length;
        const each = (found as Answer[][]).map(joined);
        return { scores: each[0]![0]!, gradients: each.map(([, gradient]) => gradient!) };
      }
      const fresh = await model.gradients!(batch, targets);
      targets.forEach((list, t) => {
        points.forEach((point, n) => {
          const scoresHere = imageAt(fresh.scores, n);
          answers.set(key(list, n), [scoresHere, imageAt(fresh.gradients[t]!, n)]);
          answers.set(`scores ${point}`, [scoresHere]);
        });
      });
      return fresh;
    });

  const { inputShape, layout, classCount } = model;
  const plain: Classifier = {
    inputShape,
    layout,
    classCount,
    scores,
    async gradient(batch, targets) {
      const run: Run = async (points, of) => {
        const { scores: values, gradient } = await model.gradient(points, of);
        return [values, gradient];
      };
      const [values, gradient] = await passes('gradient', batch, targets, run);
      return { scores: values!, gradient: gradient! };
    },
    ...(gradients && { gradients }),
    release: async () => {},
  };
  const classifier = isConvolutional(model) ? withFeatureMaps(plain, model, passes) : plain;
  return { classifier, reused: () => ({ ...reused }), bytes: answers.bytes };
}

function withFeatureMaps(
  plain: Classifier,
  model: ConvolutionalClassifier,
  passes: (pass: string, batch: Tensor, targets: readonly number[], run: Run) => Promise<readonly Tensor32[]>,
): ConvolutionalClassifier {
  return {
    ...plain,
    featureMaps: model.featureMaps,
    async activations(batch, targets, name = model.featureMaps.at(-1)!) {
      const run: Run = async (points, of) => {
        const found = await model.activations(points, of, name);
        return [found.scores, found.activations, found.gradients];
      };
      const [scores, activations, gradients] = await passes(`activations ${name}`, batch, targets, run);
      return { scores: scores!, activations: activations!, gradients: gradients! };
    },
    async guidedGradient(batch, targets) {
      const run: Run = async (points, of) => {
        const { scores, gradient } = await model.guidedGradient(points, of);
        return [scores, gradient];
      };
      const [scores, gradient] = await passes('guided', batch, targets, run);
      return { scores: scores!, gradient: gradient! };
    },
  };
}

/** Answers by key, least recently used first. */
function answerStore(limit: number) {
  const kept = new Map<string, Answer>();
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= bytesOf(kept.get(key)!);
    kept.delete(key);
  };
  return {
    bytes: () => bytes,
    get(key: string): Answer | undefined {
      const answer = kept.get(key);
      if (!answer) return undefined;
      kept.delete(key);
      kept.set(key, answer);
      return answer;
    },
    set(key: string, answer: Answer): void {
      if (kept.has(key)) drop(key);
      kept.set(key, answer);
      bytes += bytesOf(answer);
      while (bytes > limit) drop(kept.keys().next().value!);
    },
  };
}

const bytesOf = (answer: Answer): number => answer.reduce((sum, { data }) => sum + data.byteLength, 0);

/** The values of each image of a batch, as views. */
function imagesOf({ data, shape }: Tensor32): Float32Array[] {
  const size = elementCount(shape.slice(1));
  return Array.from({ length: shape[0]! }, (_, n) => data.subarray(n * size, (n + 1) * size));
}

/** One image of a batch, copied, so that it does not hold the whole batch in memory. */
function imageAt({ data, shape }: Tensor32, index: number): Tensor32 {
  const rest = shape.slice(1);
  const size = elementCount(rest);
  return tensor(data.slice(index * size, (index + 1) * size), rest);
}

function chosen(batch: Tensor32, indices: readonly number[]): Tensor32 {
  if (indices.length === batch.shape[0]) return batch;
  return joined(indices.map((index) => [imageAt(batch, index)]))[0]!;
}

/** Answers of single images -> tensors with a batch axis. */
function joined(answers: readonly Answer[]): Tensor32[] {
  return answers[0]!.map(({ data, shape }, part) => {
    const all = new Float32Array(answers.length * data.length);
    answers.forEach((answer, n) => {
      all.set(answer[part]!.data, n * data.length);
    });
    return tensor(all, [answers.length, ...shape]);
  });
}

/** Two multiplicative hashes of 32 bits over the bit patterns (steps of MurmurHash3 and FNV-1a). */
function hashOf(values: Float32Array): string {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let first = 0x9747b28c;
  let second = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const mixed = Math.imul(word, 0xcc9e2d51);
    first ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    first = (Math.imul((first << 13) | (first >>> 19), 5) + 0xe6546b64) | 0;
    second = Math.imul(second ^ word, 0x01000193);
    second ^= second >>> 15;
  }
  return `${first >>> 0}.${second >>> 0}`;
}

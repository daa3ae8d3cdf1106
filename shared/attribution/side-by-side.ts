/**
 * Several attributions side by side on one model: calls that wait at the same time are joined into batches, so
 * methods that ask for one gradient after another (Guided IG) still fill a batch. Results do not change.
 *
 * Where several ask for gradients of different classes at the same points (Integrated gradients of several classes), the
 * forward pass is made once for all.
 *
 * A call is held until every attribution that still runs has one waiting; then all are made, in order, at most
 * `batchSize` images at a time. So the batches are the same on every run.
 */
import { Cancelled } from '../errors.ts';
import type { Classifier } from '../runtime/classifier.ts';
import { type ConvolutionalClassifier, isConvolutional } from '../runtime/convolutional-classifier.ts';
import { type FloatArray, type Tensor, type Tensor32, tensor } from '../tensor/tensor.ts';

export interface SideBySideOptions {
  readonly where: string;
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly kind: 'scores' | 'gradient';
  readonly batch: Tensor;
  readonly targets: readonly number[];
  resolve(found: { scores: Tensor32; gradient?: Tensor32 }): void;
  reject(reason: unknown): void;
}

/** Runs all tasks, each with a classifier of its own onto the same model; results in order. */
export async function sideBySide<T>(
  model: Classifier,
  options: SideBySideOptions,
  tasks: readonly ((model: Classifier) => Promise<T>)[],
): Promise<T[]> {
  let running = tasks.length;
  let waiting: Waiting[] = [];
  const makeCallsIfAllWait = (): void => {
    if (waiting.length === 0 || waiting.length < running) return;
    const calls = waiting;
    waiting = [];
    void makeCalls(model, options, calls);
  };
  const enqueue = (kind: Waiting['kind'], batch: Tensor, targets: readonly number[]) =>
    new Promise<{ scores: Tensor32; gradient?: Tensor32 }>((resolve, reject) => {
      waiting.push({ kind, batch, targets, resolve, reject });
      makeCallsIfAllWait();
    });
  const shared = joined(model, enqueue);
  const ended = await Promise.allSettled(
    tasks.map((task) =>
      task(shared).finally(() => {
        running--;
        makeCallsIfAllWait();
      }),
    ),
  );
  return ended.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** The model with its scores and gradients going through the queue; inner feature maps are asked for directly. */
function joined(
  model: Classifier,
  enqueue: (
    kind: Waiting['kind'],
    batch: Tensor,
    targets: readonly number[],
  ) => Promise<{ scores: Tensor32; gradient?: Tensor32 }>,
): Classifier {
  const { inputShape, layout, classCount } = model;
  const plain: Classifier = {
    inputShape,
    layout,
    classCount,
    scores: async (batch) => (await enqueue('scores', batch, [])).scores,
    gradient: async (batch, targets) => {
      const { scores, gradient } = await enqueue('gradient', batch, targets);
      return { scores, gradient: gradient! };
    },
    release: async () => {},
  };
  if (!isConvolutional(model)) return plain;
  const convolutional: ConvolutionalClassifier = {
    ...plain,
    featureMaps: model.featureMaps,
    activations: (batch, targets, name) => model.activations(batch, targets, name),
    guidedGradient: (batch, targets) => model.guidedGradient(batch, targets),
  };
  return convolutional;
}

async function makeCalls(
  model: Classifier,
  { where, batchSize, signal }: SideBySideOptions,
  waiting: readonly Waiting[],
): Promise<void> {
  for (const kind of ['scores', 'gradient'] as const) {
    const calls = waiting.filter((call) => call.kind === kind);
    const together = kind === 'gradient' && model.gradients ? samePoints(calls) : [];
    const apart = calls.filter((call) => !together.some((set) => set.includes(call)));
    const work = [
      ...together.map((set) => ({ calls: set, make: () => makeSharedCall(model, set) })),
      ...grouped(apart, batchSize).map((set) => ({ calls: set, make: () => makeOneCall(model, kind, set) })),
    ];
    for (const { calls: set, make } of work) {
      try {
        if (signal?.aborted) throw new Cancelled(where);
        await make();
      } catch (error) {
        for (const call of set) call.reject(error);
      }
    }
  }
}

/** A graph for more classes at once would grow without being much faster. */
const MOST_TARGETS = 4;

/** Sets of two to four calls for the same images. */
function samePoints(calls: readonly Waiting[]): Waiting[][] {
  const sets: Waiting[][] = [];
  for (const call of calls) {
    const set = sets.find((known) => known.length < MOST_TARGETS && sameImages(known[0]!.batch, call.batch));
    if (set) set.push(call);
    else sets.push([call]);
  }
  return sets.filter((set) => set.length > 1);
}

function sameImages(a: Tensor, b: Tensor): boolean {
  if (a.data.length !== b.data.length || a.shape[0] !== b.shape[0]) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false;
  return true;
}

async function makeSharedCall(model: Classifier, set: readonly Waiting[]): Promise<void> {
  const { scores, gradients } = await model.gradients!(
    set[0]!.batch,
    set.map(({ targets }) => targets),
  );
  for (const [index, call] of set.entries()) call.resolve({ scores, gradient: gradients[index]! });
}

/** Neighbors in the queue as long as they fit into one batch. */
function grouped(calls: readonly Waiting[], batchSize: number): Waiting[][] {
  const groups: Waiting[][] = [];
  let images = 0;
  for (const call of calls) {
    const count = call.batch.shape[0]!;
    const last = groups.at(-1);
    if (last && images + count <= batchSize) last.push(call);
    else {
      groups.push([call]);
      images = 0;
    }
    images += count;
  }
  return groups;
}

async function makeOneCall(
  model: Classifier,
  kind: Waiting['kind'],
  group: readonly Waiting[],
): Promise<void> {
  const batch = group.length === 1 ? group[0]!.batch : concatenate(group.map((call) => call.batch));
  const found: { scores: Tensor32; gradient?: Tensor32 } =
    kind === 'scores'
      ? { scores: await model.scores(batch) }
      : await model.gradient(
          batch,
          group.flatMap((call) => call.targets),
        );
  let first = 0;
  for (const call of group) {
    const count = call.batch.shape[0]!;
    const scores = images(found.scores, first, count);
    call.resolve(found.gradient ? { scores, gradient: images(found.gradient, first, count) } : { scores });
    first += count;
  }
}

function concatenate(batches: readonly Tensor[]): Tensor {
  const shape = batches[0]!.shape.slice(1);
  const length = batches.reduce((sum, { data }) => sum + data.length, 0);
  const data: FloatArray =
    batches[0]!.data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  let at = 0;
  for (const batch of batches) {
    data.set(batch.data, at);
    at += batch.data.length;
  }
  return tensor(data, [batches.reduce((sum, batch) => sum + batch.shape[0]!, 0), ...shape]);
}

/** A view of some images of a batch. */
function images({ data, shape }: Tensor32, first: number, count: number): Tensor32 {
  const size = data.length / shape[0]!;
  return tensor(data.subarray(first * size, (first + count) * size), [count, ...shape.slice(1)]);
}

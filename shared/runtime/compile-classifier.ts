/**
 * ONNX bytes + runner -> Classifier: the model is read once, and for every batch size used a forward graph
 * and a gradient graph with fixed shapes are built, opened and kept.
 *
 * Batches are cut into chunks of at most `maxBatch` images; a model exported for single images runs them one
 * at a time. Neither changes the result.
 */
import { foldScales } from '../autodiff/fold-scales.ts';
import { gradientGraph } from '../autodiff/gradient-graph.ts';
import { type Explained, type ScoredGraph, scoredGraph } from '../autodiff/output.ts';
import { GUIDED_RULES, hasGuidedRelu } from '../autodiff/rules/guided-relu.ts';
import { RULES_WITHOUT_INDICES } from '../autodiff/rules/max-pool-by-taps.ts';
import { PermanentFault } from '../errors.ts';
import type { Graph, Model } from '../onnx/graph.ts';
import { readModel } from '../onnx/read-model.ts';
import { refusal } from '../onnx/refusal.ts';
import { type Specialized, specialize } from '../onnx/specialize.ts';
import { supportedOperators } from '../onnx/supported-operators.ts';
import { writeModel } from '../onnx/write-model.ts';
import { elementCount, type Tensor, type Tensor32, toFloat32 } from '../tensor/tensor.ts';
import type { Classifier } from './classifier.ts';
import type { ConvolutionalClassifier } from './convolutional-classifier.ts';
import { featureMapsOf } from './feature-maps.ts';
import { layoutOf } from './image-layout.ts';
import type { Runner, Session } from './runner.ts';

export interface CompileOptions {
  /** Where the channels are; found from the input's shape unless given (`layoutOf`). */
  readonly layout?: Classifier['layout'];
  /** One image without the batch axis; needed where the model leaves its extents open. */
  readonly inputShape?: readonly number[];
  /** `score` (default): the model's own output; `logit`, `probability`: before and after a softmax or sigmoid. */
  readonly explain?: Explained;
  /** Images per engine call; 8 unless given. Changes speed and memory, never the result. */
  readonly maxBatch?: number;
}

/** What one engine call computes. */
type Pass =
  | { readonly kind: 'scores' }
  | { readonly kind: 'gradient'; readonly targets: number }
  | { readonly kind: 'guided' }
  | { readonly kind: 'activations'; readonly tensor: string };

interface Program {
  readonly session: Session;
  /** One input for each target class asked at a point; none for a forward pass. */
  readonly seeds: readonly string[];
  /** Names of the session's outputs, in the order of the pass's results. */
  readonly outputs: readonly string[];
}

/**
 * Throws PermanentFault before anything is computed: `model-refused`, with every offender in its details,
 * `input-shape` where the model declares another shape, `layout-ambiguous`.
 */
export async function compileClassifier(
  model: Uint8Array,
  runner: Runner,
  options: CompileOptions = {},
): Promise<ConvolutionalClassifier> {
  const { explain = 'score', maxBatch = 8 } = options;
  const source = readModel(model, supportedOperators);
  const inputShape = resolveInputShape(source, options.inputShape);
  const layout = options.layout ?? layoutOf(inputShape) ?? refuseLayout(inputShape);
  const single = atBatch(source, inputShape, 1, explain);
  gradientGraph(single.scored, single.specialized.input);
  const limit =
    maxBatch > 1 && worksAtBatch(source, inputShape, 2, explain, single.scored.classCount) ? maxBatch : 1;
  const programs = new Map<string, Promise<Program>>();
  const program = (pass: Pass, batch: number): Promise<Program> => {
    const key = `${JSON.stringify(pass)} ${batch}`;
    const known = programs.get(key) ?? open(source, inputShape, batch, explain, pass, runner);
    programs.set(key, known);
    return known;
  };
  const { classCount } = single.scored;
  const guided = hasGuidedRelu(single.scored.graph, single.specialized.input);
  const names = fileNames(single.specialized);
  const featureMaps = featureMapsOf(single.scored.graph, single.specialized.input).map(
    (name) => names.get(name) ?? name,
  );
  /** `targets`: lists of one class per image, as many as the pass has seeds. */
  const run = (pass: Pass, batch: Tensor, ...targets: (readonly number[])[]): Promise<Tensor32[]> => {
    const checked = checkBatch(batch, inputShape);
    for (const list of targets) checkTargets(list, checked.shape[0]!, classCount);
    return runInChunks((size) => program(pass, size), source.input.name, checked, limit, targets, classCount);
  };
  return {
    inputShape,
    layout,
    classCount,
    featureMaps,
    async scores(batch) {
      const [scores] = await run({ kind: 'scores' }, batch);
      return scores!;
    },
    async gradient(batch, targets) {
      const [scores, gradient] = await run({ kind: 'gradient', targets: 1 }, batch, targets);
      return { scores: scores!, gradient: gradient! };
    },
    async gradients(batch, targets) {
      const pass = { kind: 'gradient', targets: targets.length } as const;
      const [scores, ...gradients] = await run(pass, batch, ...targets);
      return { scores: scores!, gradients };
    },
    async guidedGradient(batch, targets) {
      if (!guided) throw withoutRelu();
      const [scores, gradient] = await run({ kind: 'guided' }, batch, targets);
      return { scores: scores!, gradient: gradient! };
    },
    async activations(batch, targets, name = featureMaps.at(-1)) {
      if (!name || !featureMaps.includes(name)) {
        throw new PermanentFault(
          `classifier: expected one of ${featureMaps.join(', ') || 'no feature maps'}, got ${name}`,
          {
            code: 'feature-map-unknown',
          },
        );
      }
      const [scores, activations, gradients] = await run(
        { kind: 'activations', tensor: name },
        batch,
        targets,
      );
      return { scores: scores!, activations: activations!, gradients: gradients! };
    },
    async release() {
      const opened = await Promise.all(programs.values());
      programs.clear();
      await Promise.all(opened.map(({ session }) => session.release()));
    },
  };
}

function resolveInputShape(model: Model, given: readonly number[] | undefined): readonly number[] {
  const declared = model.input.shape?.slice(1);
  const shape = (declared ?? given ?? []).map((extent, axis) => extent ?? given?.[axis]);
  const fits =
    !given || (given.length === shape.length && given.every((extent, axis) => extent === shape[axis]));
  const known = shape.every((extent) => extent !== undefined);
  if (!known || shape.length !== 3) {
    throw refusal([
      `an input of open shape [${shape.map((extent) => extent ?? '?').join(', ')}] (give its shape)`,
    ]);
  }
  if (!fits)
    throw new PermanentFault(
      `classifier: expected an image of shape [${declared?.map((extent) => extent ?? 'any').join(', ')}], got [${given.join(', ')}]`,
      { code: 'input-shape', remedy: 'Give one image in the shape and layout that the model declares.' },
    );
  return shape;
}

function refuseLayout(inputShape: readonly number[]): never {
  throw new PermanentFault(
    `classifier: expected an input [C, H, W] or [H, W, C] of 1 to 4 channels, got [${inputShape.join(', ')}], which could be either`,
    { code: 'layout-ambiguous', remedy: 'Say where the channels are: --layout NCHW or NHWC.' },
  );
}

function withoutRelu(): PermanentFault {
  return new PermanentFault(
    'guided-backprop: expected a model with ReLU between image and score, got one without, where the map would be that of plain gradients',
    { code: 'method-needs-relu', remedy: 'Use gradients, or another method.' },
  );
}

function atBatch(
  model: Model,
  inputShape: readonly number[],
  batch: number,
  explain: Explained,
): { readonly specialized: Specialized; readonly scored: ScoredGraph } {
  const specialized = specialize(model, [batch, ...inputShape]);
  return { specialized, scored: scoredGraph(specialized.graph, specialized.output, batch, explain) };
}

/** False for models whose graph holds a batch of one in the shapes it reshapes to. */
function worksAtBatch(
  model: Model,
  inputShape: readonly number[],
  batch: number,
  explain: Explained,
  classCount: number,
): boolean {
  try {
    return atBatch(model, inputShape, batch, explain).scored.classCount === classCount;
  } catch (error) {
    if (error instanceof PermanentFault) return false;
    throw error;
  }
}

async function open(
  model: Model,
  inputShape: readonly number[],
  batch: number,
  explain: Explained,
  pass: Pass,
  runner: Runner,
): Promise<Program> {
  const { specialized, scored: unfolded } = atBatch(model, inputShape, batch, explain);
  const at =
    pass.kind === 'activations' ? (specialized.aliases.get(pass.tensor) ?? pass.tensor) : specialized.input;
  const scored = { ...unfolded, graph: foldScales(unfolded.graph, [at]) };
  if (pass.kind === 'scores') {
    return { session: await load(scored.graph, runner), seeds: [], outputs: [scored.scores] };
  }
  const onGpu = runner.device === 'webgpu' || runner.device === 'cuda';
  const overrides = [
    ...(pass.kind === 'guided' ? GUIDED_RULES : []),
    ...(onGpu ? RULES_WITHOUT_INDICES : []),
  ];
  const { graph, seeds } = gradientGraph(scored, at, {
    overrides,
    targets: pass.kind === 'gradient' ? pass.targets : 1,
    layout: runner.device === 'cpu' ? 'blocked' : 'plain',
  });
  return { session: await load(graph, runner), seeds, outputs: graph.outputs };
}

/** Opens the graph and frees its bytes at once: weights twice over, which would wait long for the collector. */
async function load(graph: Graph, runner: Runner): Promise<Session> {
  const bytes = writeModel(graph);
  const session = await runner.load(bytes);
  if (!bytes.buffer.detached) bytes.buffer.transfer(0);
  return session;
}

async function runInChunks(
  program: (batch: number) => Promise<Program>,
  inputName: string,
  batch: Tensor32,
  limit: number,
  targets: readonly (readonly number[])[],
  classCount: number,
): Promise<Tensor32[]> {
  const [count, ...imageShape] = batch.shape as [number, ...number[]];
  const perImage = elementCount(imageShape);
  const chunks: (readonly Tensor32[])[] = [];
  for (let begin = 0; begin < count; begin += limit) {
    const size = Math.min(limit, count - begin);
    const { session, seeds, outputs } = await program(size);
    const image = batch.data.subarray(begin * perImage, (begin + size) * perImage);
    const feeds: Record<string, Tensor32> = { [inputName]: { shape: [size, ...imageShape], data: image } };
    for (const [index, seed] of seeds.entries()) {
      feeds[seed] = oneHot(targets[index]!.slice(begin, begin + size), classCount);
    }
    const results = await session.run(feeds);
    chunks.push(outputs.map((name) => results[name]!));
  }
  return chunks[0]!.map((_, output) => joinBatches(chunks.map((results) => results[output]!)));
}

function oneHot(targets: readonly number[], classCount: number): Tensor32 {
  const data = new Float32Array(targets.length * classCount);
  targets.forEach((target, image) => {
    data[image * classCount + target] = 1;
  });
  return { shape: [targets.length, classCount], data };
}

function joinBatches(parts: readonly Tensor32[]): Tensor32 {
  if (parts.length === 1) return parts[0]!;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const images = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  return { shape: [images, ...parts[0]!.shape.slice(1)], data };
}

function checkBatch(batch: Tensor, inputShape: readonly number[]): Tensor32 {
  const [count, ...image] = batch.shape;
  const fits =
    image.length === inputShape.length && image.every((extent, axis) => extent === inputShape[axis]);
  if (!count || !fits) {
    throw new PermanentFault(
      `classifier: expected a batch of shape [N, ${inputShape.join(', ')}], got [${batch.shape.join(', ')}]`,
      { code: 'input-shape' },
    );
  }
  return toFloat32(batch);
}

function checkTargets(targets: readonly number[], count: number, classCount: number): void {
  const wrong = targets.find((target) => !Number.isInteger(target) || target < 0 || target >= classCount);
  if (targets.length !== count || wrong !== undefined) {
    throw new PermanentFault(
      `classifier: expected ${count} class indices from 0 to ${classCount - 1}, got ${wrong ?? targets.length}`,
      { code: 'target-unknown' },
    );
  }
}

function fileNames({ aliases }: Specialized): Map<string, string> {
  return new Map([...aliases].map(([inFile, inGraph]) => [inGraph, inFile]));
}

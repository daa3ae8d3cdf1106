/**
 * A model card for a bare ONNX file: layout, size and activation are read from the graph; what a graph does
 * not say (value range, mean, std, resize, class names) is taken from `known` or assumed, and every assumption is named,
 * since wrong preprocessing is the usual silent fault.
 */

import { type LastActivation, lastActivation } from '../../shared/autodiff/last-activation.ts';
import { PermanentFault } from '../../shared/errors.ts';
import { type ModelCard, modelCardSchema, type OutputActivation } from '../../shared/manifest/model-card.ts';
import type { Model } from '../../shared/onnx/graph.ts';
import { readModel } from '../../shared/onnx/read-model.ts';
import { specialize } from '../../shared/onnx/specialize.ts';
import { supportedOperators } from '../../shared/onnx/supported-operators.ts';
import { isWholePixels } from '../../shared/onnx/whole-pixels.ts';
import { digestOf } from '../../shared/pipeline/digest.ts';
import { compileClassifier } from '../../shared/runtime/compile-classifier.ts';
import { layoutOf } from '../../shared/runtime/image-layout.ts';
import type { Runner } from '../../shared/runtime/runner.ts';

export interface KnownFacts {
  readonly id: string;
  readonly name?: string;
  readonly classes?: readonly string[];
  /** Classes may hold together: logits are of labels, a sigmoid each. */
  readonly multiLabel?: boolean;
  /** What the output holds, whatever the graph ends in. */
  readonly activation?: OutputActivation;
  readonly range?: readonly number[];
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly resize?: ModelCard['input']['resize'];
  /** Where the channels are, where the shape leaves it open. */
  readonly layout?: ModelCard['input']['layout'];
  /** Height and width, for models whose own are free. */
  readonly size?: readonly number[];
  readonly license?: string;
}

export interface InferredCard {
  readonly card: ModelCard;
  readonly assumptions: readonly string[];
}

/**
 * Throws PermanentFault: `card-invalid`, `classes-mismatch`, `input-not-an-image`,
 * `layout-ambiguous`, `input-size-free`, `option-invalid`.
 */
export async function inferCard(bytes: Uint8Array, runner: Runner, known: KnownFacts): Promise<InferredCard> {
  const model = readModel(bytes, supportedOperators);
  const shape = imageShape(model, known);
  const inputShape =
    shape.layout === 'NCHW'
      ? [shape.channels, shape.height, shape.width]
      : [shape.height, shape.width, shape.channels];
  const classifier = await compileClassifier(bytes, runner, { layout: shape.layout, inputShape });
  const classCount = classifier.classCount;
  await classifier.release();
  const assumptions: string[] = isWholePixels(model.input)
    ? [`the file takes ${model.input.type} pixels: gradients are taken between whole pixel values`]
    : [];
  const assume = <T>(value: T | undefined, fallback: T, text: string): T => {
    if (value === undefined) assumptions.push(text);
    return value ?? fallback;
  };
  const activation = activationOf(model, inputShape, known);
  if (activation.assumption) assumptions.push(activation.assumption);
  const card = modelCardSchema.safeParse({
    schema: 'cxai.model-card/1',
    id: known.id,
    name: known.name ?? known.id,
    version: '1',
    digest: digestOf(bytes),
    file: 'model.onnx',
    input: {
      ...shape,
      range: isWholePixels(model.input)
        ? (known.range ?? [0, 255])
        : assume(known.range, [0, 1], 'pixel values 0 to 1 (--range 0,1)'),
      mean: known.mean ?? [0],
      std: known.std ?? [1],
      resize: assume(known.resize, 'stretch', 'the image is stretched to the input (--resize stretch)'),
    },
    output: {
      activation: activation.value,
      classes: assume(
        known.classes,
        Array.from({ length: classCount }, (_, index) => `class ${index}`),
        `${classCount} classes without names (--classes a,b,…)`,
      ),
      defaultTarget: 'predicted',
    },
    license: known.license ?? 'unknown',
    intendedUse: 'Research. Not for clinical use.',
  });
  if (!card.success) {
    const where = card.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new PermanentFault(`model card: ${where}`, { code: 'card-invalid' });
  }
  if (card.data.output.classes.length !== classCount) {
    throw new PermanentFault(
      `model card: expected ${classCount} class names (the model's outputs), got ${card.data.output.classes.length}`,
      { code: 'classes-mismatch', remedy: 'Name every class, in the order of the outputs.' },
    );
  }
  return { card: card.data, assumptions };
}

interface ImageShape {
  readonly layout: 'NCHW' | 'NHWC';
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

function imageShape({ input }: Model, { layout: stated, size }: KnownFacts): ImageShape {
  const extents = input.shape?.slice(1) ?? [];
  const layout = stated ?? layoutOf(extents);
  const [channels, height, width] = layout === 'NHWC' ? [extents[2], extents[0], extents[1]] : extents;
  const got = input.shape ? `[${input.shape.map((extent) => extent ?? 'free').join(', ')}]` : 'no shape';
  if (input.shape?.length !== 4 || (layout && channels !== 1 && channels !== 3)) {
    throw new PermanentFault(
      `model: expected an image input of 1 or 3 channels, [N, C, H, W] or [N, H, W, C], got ${got}`,
      { code: 'input-not-an-image', remedy: 'cxai explains image classifiers with one image input.' },
    );
  }
  if (layout === undefined || channels === undefined) {
    throw new PermanentFault(
      `model: expected an input that is [N, C, H, W] or [N, H, W, C] by its extents, got ${got}`,
      { code: 'layout-ambiguous', remedy: 'Say where the channels are: --layout NCHW or NHWC.' },
    );
  }
  const contradicted =
    size && [height, width].some((extent, axis) => extent !== undefined && extent !== size[axis]);
  if (contradicted) {
    throw new PermanentFault(
      `--size: expected the size that the model declares, ${height ?? 'any'} × ${width ?? 'any'}, got ${size.join(' × ')}`,
      { code: 'option-invalid', remedy: 'Leave --size out: it is for models whose size is free.' },
    );
  }
  const known = { height: height ?? size?.[0], width: width ?? size?.[1] };
  if (known.height === undefined || known.width === undefined) {
    throw new PermanentFault('model: expected a known input height and width, got free ones', {
      code: 'input-size-free',
      remedy: 'Name the size the model was trained for: --size 224,224.',
    });
  }
  return { layout, channels, height: known.height, width: known.width };
}

interface FoundActivation {
  readonly value: OutputActivation;
  readonly assumption?: string;
}

/** As `known` says, else by what the graph ends in; anything but a softmax or sigmoid counts as logits. */
function activationOf(
  model: Model,
  inputShape: readonly number[],
  { activation, multiLabel = false }: KnownFacts,
): FoundActivation {
  const { graph, output } = specialize(model, [1, ...inputShape]);
  const found = probabilitiesBy(lastActivation(graph, output));
  const stated = activation ?? (multiLabel ? (found ?? 'multi-label-logits') : undefined);
  if (multiLabel && (stated === 'softmax' || stated === 'logits')) {
    throw new PermanentFault(
      `--multi-label: expected labels that may hold together, got classes that exclude each other (${stated})`,
      {
        code: 'option-invalid',
        remedy: 'Leave --multi-label out, or name what the output holds: --activation.',
      },
    );
  }
  if (stated === undefined) {
    const value = found ?? 'logits';
    const what = found
      ? `the output is probabilities: the file ends in a ${found}`
      : 'the output is logits: the file ends in no softmax or sigmoid that is recognized';
    return { value, assumption: `${what} (--activation ${value})` };
  }
  return found && stated !== found
    ? { value: stated, assumption: `the output is ${stated}, though the file ends in a ${found}` }
    : { value: stated };
}

/** Logarithms of probabilities are logits. */
const probabilitiesBy = (last: LastActivation | undefined): 'softmax' | 'sigmoid' | undefined =>
  last && last.kind !== 'log-softmax' ? last.kind : undefined;

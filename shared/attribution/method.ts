/**
 * The one contract of every attribution method.
 *
 * A method is data (name, option schema, cost, what its numbers mean) and one function. It returns raw
 * values: scaling for display lives in shared/render alone.
 */
import type { z } from 'zod';
import type { Classifier } from '../runtime/classifier.ts';
import type { Runner } from '../runtime/runner.ts';
import type { Extent } from '../segmentation/extent.ts';
import type { Tensor, Tensor32 } from '../tensor/tensor.ts';

/** How the model's input was made from an image: (value − mean) / std per channel, value in `range`. */
export interface Preprocessing {
  /** What a black and a white pixel are before mean and std. */
  readonly range: readonly [number, number];
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface AttributionContext {
  /** Class index to explain. */
  readonly target: number;
  /** From the model card; needed by the baselines named in image space (`black`, `white`, `mid-grey`, `noise`). */
  readonly preprocessing?: Preprocessing;
  /** A baseline as an array [...inputShape] in model units, for methods of which `takesBaseline` is true. It overrides their option. */
  readonly baseline?: Tensor;
  /** Images [N, ...inputShape] that stand for the data: for expected gradients and the baseline `dataset-mean`. */
  readonly background?: Tensor;
  /** Images per model call; changes speed and memory, never the result. Chosen by `batchSizeFor` unless given. */
  readonly batchSize?: number;
  /** Bytes the model may work with, for the choice of the batch size. Default 1 GiB. */
  readonly memoryLimit?: number;
  /** The model's engine, for a method's own matrix products (Blur IG's blur); without it they are done here. */
  readonly runner?: Runner;
  readonly signal?: AbortSignal;
  /** Called with the finished fraction in [0, 1]. */
  readonly onProgress?: (fraction: number) => void;
}

export interface Attribution {
  /** The model's input shape, or [H, W] for region methods. Units of the score unless the method says else. */
  readonly map: Tensor32;
  /** Number of single-image gradients and forward passes used. */
  readonly gradients: number;
  readonly forwards: number;
  /** Images per model call, at most. */
  readonly batchSize: number;
  /** Path methods: |Σ map − (F(x) − F(baseline))| and the difference it should equal. */
  readonly completeness?: { readonly gap: number; readonly expected: number };
  /** Present where the options change what the method declares (SmoothGrad's squares are unsigned). */
  readonly signed?: boolean;
  readonly unit?: string;
}

/** What a reader needs to judge a map; options with ranges and defaults come from the schema. */
export interface MethodNotes {
  /** Plain-text formula. */
  readonly formula: string;
  /** What a value of the map says, in one or two sentences. */
  readonly meaning: string;
  readonly weaknesses: readonly string[];
}

export interface Method<O> {
  /** Contract name (METHODS): CLI, manifest and site use it. */
  readonly name: string;
  readonly title: string;
  readonly citation: string;
  readonly notes: MethodNotes;
  /** zod schema with every default; a bad option is refused with its name, expectation and value. */
  readonly options: z.ZodType<O>;
  /**
   * Options that repeat the published reference, PAIR saliency 0.2.1, to the digit; absent where it has no such
   * method. What is not named keeps its default.
   */
  readonly reference?: Readonly<Record<string, unknown>>;
  /** True where values below zero speak against the class. */
  readonly signed: boolean;
  /** What one unit of the map means: `score`, `score per input unit`, `rank`. */
  readonly unit: string;
  /**
   * Model calls for these options, in single-image passes; an upper bound where the method may stop early.
   * `extent` of the model's input matters to occlusion alone; 224×224 unless given.
   */
  cost(options: O, extent?: Extent): { readonly gradients: number; readonly forwards: number };
  /** `input` is one image [...inputShape] without batch axis, in model units; it is never changed. */
  attribute(model: Classifier, input: Tensor, context: AttributionContext, options: O): Promise<Attribution>;
}

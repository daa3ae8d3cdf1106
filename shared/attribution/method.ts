/**
 * The one contract of every attribution method.
 *
 * A method is data (name, option schema, cost, what its numbers mean) and one function. It returns raw
 * values: scaling for display lives in shared/render alone.
 */
import type { z } from 'zod';
import type { Classifier } from '../runtime/classifier.ts';
import type { Tensor, Tensor32 } from '../tensor/tensor.ts';

export interface AttributionContext {
  /** Class index to explain. */
  readonly target: number;
  /** Images per model call; changes speed and memory, never the result. Default 8. */
  readonly batchSize?: number;
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
  /** Path methods: |Σ map − (F(x) − F(baseline))| and the difference it should equal. */
  readonly completeness?: { readonly gap: number; readonly expected: number };
}

export interface Method<O> {
  /** Contract name (METHODS): CLI, manifest and site use it. */
  readonly name: string;
  readonly title: string;
  readonly citation: string;
  /** zod schema with every default; a bad option is refused with its name, expectation and value. */
  readonly options: z.ZodType<O>;
  /** True where values below zero speak against the class. */
  readonly signed: boolean;
  /** What one unit of the map means: `score`, `score per input unit`, `rank`. */
  readonly unit: string;
  /** Model calls for these options, in single-image passes. */
  cost(options: O): { readonly gradients: number; readonly forwards: number };
  /** `input` is one image [...inputShape] without batch axis, in model units; it is never changed. */
  attribute(model: Classifier, input: Tensor, context: AttributionContext, options: O): Promise<Attribution>;
}

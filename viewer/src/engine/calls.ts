/** What page and worker say to each other: a call by name with its argument, an answer, or a fault in words. */
import type { SourceImage } from '../../../shared/imaging/source-image.ts';
import type { Fault, MethodResult } from '../../../shared/manifest/method-result.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';
import type { Plan } from '../../../shared/manifest/plan.ts';
import type { TrustMetrics } from '../../../shared/manifest/trust-metrics.ts';
import type { Runner } from '../../../shared/runtime/runner.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';

export interface EngineFacts {
  readonly engine: string;
  readonly device: Runner['device'];
  /** Of WebAssembly. */
  readonly threads: number;
}

export interface PlannedStudy {
  readonly plan: Plan;
  /** One image in model units and layout, without the batch axis. */
  readonly input: Tensor32;
}

export interface ExplainedMethod {
  /** A method that fails is a result too. */
  readonly result: MethodResult;
  /** [H, W], raw values; null where the method failed. */
  readonly map: Tensor32 | null;
}

/** Every call with what it is given and what it answers. */
export interface Calls {
  /** Loads the engine; its progress is the download. */
  start: {
    readonly given: { readonly threads: number; readonly device?: 'auto' | 'wasm' | 'webgpu' };
    readonly answer: EngineFacts;
  };
  /** Opens a model in place of the one before. */
  open: { readonly given: { readonly card: ModelCard; readonly model: Uint8Array }; readonly answer: null };
  /** Every method, cheapest first, for an image of this device. */
  plan: {
    readonly given: { readonly image: SourceImage; readonly software: string };
    readonly answer: PlannedStudy;
  };
  /** Scores of one input [...inputShape], in card order. */
  scores: { readonly given: { readonly input: Tensor32 }; readonly answer: readonly number[] };
  explain: {
    readonly given: { readonly plan: Plan; readonly method: string; readonly input: Tensor32 };
    readonly answer: ExplainedMethod;
  };
  /** Insertion and deletion of a map, beside the controls. */
  measure: {
    readonly given: {
      readonly plan: Plan;
      readonly method: string;
      readonly input: Tensor32;
      readonly map: Tensor32;
    };
    readonly answer: TrustMetrics;
  };
}

export type CallName = keyof Calls;

export type ToWorker =
  | {
      [Name in CallName]: { readonly id: number; readonly call: Name; readonly given: Calls[Name]['given'] };
    }[CallName]
  | { readonly id: number; readonly call: 'cancel' };

export type FromWorker =
  | { readonly id: number; readonly kind: 'progress'; readonly fraction: number }
  | { readonly id: number; readonly kind: 'answer'; readonly answer: Calls[CallName]['answer'] }
  | { readonly id: number; readonly kind: 'fault'; readonly fault: Fault };

/** What editing needs: an engine with the model open, and the input as the model sees it. */
import type { ModelCard } from '../../../shared/manifest/model-card.ts';
import type { Tensor32 } from '../../../shared/tensor/tensor.ts';
import type { Engine } from '../engine/engine.ts';

export interface EditSubject {
  readonly engine: Engine;
  readonly card: ModelCard;
  /** One image in model units and layout. */
  readonly input: Tensor32;
  /** Frees what was opened for this. */
  readonly close: () => void;
}

/** Opens it; `onProgress` tells of the engine's download, 0 … 1. */
export type OpenSubject = (onProgress: (fraction: number) => void) => Promise<EditSubject>;

/** A method that succeeded, with its map where that has been read. */
import type { AttributionMap } from './attribution-map.ts';
import type { CompletedMethod } from './manifest-store.ts';

export interface LoadedMethod {
  readonly method: CompletedMethod;
  readonly title: string;
  readonly map: AttributionMap;
  /** Magnitude of the strongest color. */
  readonly limit: number;
}

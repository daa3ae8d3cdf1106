/** What both importers give: ONNX nodes, the image's declared shape, and what a user should know. */
import type { OnnxEmitter } from './onnx-emitter.ts';

export interface ImportedGraph {
  readonly emit: OnnxEmitter;
  /** Shape with the batch axis; undefined extents are free. */
  readonly input: { readonly name: string; readonly shape: readonly (number | undefined)[] | undefined };
  readonly output: string;
  readonly notes: readonly string[];
}

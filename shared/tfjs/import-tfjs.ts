/**
 * TF.js model -> ONNX bytes. From there on it is a model like any other: hashed, registered, differentiated.
 *
 * Images keep TF.js's order, [N, H, W, C]; the batch axis is free. The same files give the same bytes.
 */
import type { DeclaredValue, Model } from '../onnx/graph.ts';
import { OPSET } from '../onnx/graph.ts';
import { writeSourceModel } from '../onnx/write-model.ts';
import { importGraphModel } from './import-graph-model.ts';
import { importLayersModel } from './import-layers-model.ts';
import { parseModelJson } from './model-json.ts';
import { readWeights } from './read-weights.ts';
import { tfjsRefusal } from './tfjs-refusal.ts';

export interface ImportedModel {
  readonly bytes: Uint8Array;
  /** What was left out or assumed, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * `json` is the parsed model.json, `shards` holds the weight files that could be read, by the names in its manifest.
 * Throws PermanentFault `model-refused` with every offender: missing shards, layers, operators, inputs.
 */
export function importTfjs(json: unknown, shards: ReadonlyMap<string, Uint8Array>): ImportedModel {
  const { kind, topology, manifest, signature } = parseModelJson(json);
  const offenders: string[] = [];
  const weights = readWeights(manifest, shards, offenders);
  const { emit, input, output, notes } =
    kind === 'graph'
      ? importGraphModel(topology, signature, weights, offenders)
      : importLayersModel(topology, weights, offenders);
  if (input.shape?.length !== 4) {
    const shape = input.shape?.map((extent) => extent ?? 'free').join(', ') ?? 'unknown';
    offenders.push(`an input of shape [${shape}] (expected images: batch, height, width and channels)`);
  }
  if (offenders.length > 0) throw tfjsRefusal([...new Set(offenders)]);
  const declared: DeclaredValue = {
    name: input.name,
    type: 'float32',
    shape: input.shape?.map((extent, axis) => (axis === 0 ? undefined : extent)),
  };
  const model: Model = {
    opset: OPSET,
    producer: 'cxai from TF.js',
    input: declared,
    output: { name: output, type: 'float32', shape: undefined },
    nodes: emit.nodes,
    constants: emit.constants,
  };
  return { bytes: writeSourceModel(model), notes };
}

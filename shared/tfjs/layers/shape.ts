/** Layers that only move elements; all work on TF.js's own order of the axes. */
import { int, ints } from '../../onnx/graph.ts';
import { channelsLast } from '../layer-config.ts';
import type { LayerRule, LayerRules } from '../layer-rule.ts';
import { unsupported } from '../tfjs-refusal.ts';

function extentsIn(value: unknown, name: string): readonly number[] {
  if (!Array.isArray(value)) throw unsupported(`${name} ${JSON.stringify(value)}`);
  return value.map((extent) => (typeof extent === 'number' ? extent : -1));
}

const flatten: LayerRule = ({ emit, config, inputs }) => {
  channelsLast(config);
  return { rank: 2, plain: emit.op('Flatten', [emit.plain(inputs[0])], { axis: int(1) }) };
};

const reshape: LayerRule = ({ emit, config, inputs }) => {
  const target = extentsIn(config.target_shape, 'target_shape');
  const plain = emit.op('Reshape', [emit.plain(inputs[0]), emit.vector([0, ...target])]);
  return { rank: target.length + 1, plain };
};

const permute: LayerRule = ({ emit, config, inputs }) => {
  const dims = extentsIn(config.dims, 'dims');
  return {
    rank: dims.length + 1,
    plain: emit.op('Transpose', [emit.plain(inputs[0])], { perm: ints([0, ...dims]) }),
  };
};

export const SHAPE_RULES: LayerRules = { Flatten: flatten, Reshape: reshape, Permute: permute };

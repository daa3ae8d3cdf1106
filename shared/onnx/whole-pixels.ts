/**
 * Models that take whole-number pixels (uint8) and cast them to float inside.
 *
 * The engine differentiates with respect to pixels, so it feeds float32 pixels instead and the cast falls away: the same
 * scores for whole pixels, and a derivative between them. That holds as long as nothing computes with the whole
 * numbers before the cast, where division would round and sums would overflow.
 */
import { elementTypeOf, isFloat } from './constant.ts';
import { type DeclaredValue, type Node, numberOf } from './graph.ts';

/** Operators that only move elements. */
const MOVES: ReadonlySet<string> = new Set(
  'Identity Transpose Reshape Flatten Squeeze Unsqueeze Slice Split Concat Gather Pad Tile Expand Shape Size DepthToSpace SpaceToDepth'.split(
    ' ',
  ),
);

export function isWholePixels({ type }: DeclaredValue): boolean {
  return type === 'uint8' || type === 'int8' || type === 'int16' || type === 'int32' || type === 'int64';
}

/** What computes with whole-number pixels; [] where they are only moved and cast to float. */
export function wholePixelOffenders(input: DeclaredValue, nodes: readonly Node[]): string[] {
  const whole = new Set([input.name]);
  const offenders = new Set<string>();
  for (const node of nodes) {
    if (!node.inputs.some((name) => whole.has(name))) continue;
    if (node.op === 'Shape' || node.op === 'Size') continue;
    const moves = MOVES.has(node.op);
    const casts = node.op === 'Cast' && !isFloat(elementTypeOf(numberOf(node, 'to', 1)) ?? 'float32');
    if (moves || casts) for (const name of node.outputs) whole.add(name);
    else if (node.op !== 'Cast') offenders.add(`${node.op} of whole-number pixels (${input.type})`);
  }
  return [...offenders];
}

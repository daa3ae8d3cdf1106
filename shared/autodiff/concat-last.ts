/**
 * Joins feature maps as late as possible: normalization(relu(concat(a, b))) = concat(…(a), …(b)).
 *
 * Operators that treat every channel alike go before the concatenation along channels, and concatenations of
 * concatenations become one. The gradient then meets the concatenation right at a convolution, where it is
 * computed piece by piece (see the rule of Concat) and never cut: a cut leaves the engine's blocked channel
 * layout, and in a DenseNet that happens in every layer.
 */
import { floats } from '../onnx/constant.ts';
import { type Graph, type Node, numberOf } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementCount } from '../tensor/tensor.ts';
import { CHANNEL_BLOCK } from './channel-block.ts';

const CHANNEL_WISE: ReadonlySet<string> = new Set(['BatchNormalization', 'Relu', 'Clip', 'Sigmoid', 'Tanh']);

/** Pieces with fewer values are faster together: one more call of an operator costs more than the cut. */
const SMALLEST_PIECE = 100_000;

export function concatLast(graph: Graph): Graph {
  const builder = GraphBuilder.from({ ...graph, nodes: [] });
  /** Name of a joined value -> names of its pieces. */
  const pieces = new Map<string, readonly string[]>();
  for (const node of graph.nodes) {
    const [input, output] = [node.inputs[0]!, node.outputs[0]!];
    const joined = CHANNEL_WISE.has(node.op) ? pieces.get(input) : undefined;
    if (joined) {
      const done = pieceByPiece(node, joined, builder);
      pieces.set(output, done);
      const axis = { kind: 'int', value: 1 } as const;
      builder.nodes.push({ op: 'Concat', domain: '', inputs: done, outputs: [output], attributes: { axis } });
    } else if (joinsBlocks(node, builder)) {
      const inputs = node.inputs.flatMap((name) => pieces.get(name) ?? [name]);
      pieces.set(output, inputs);
      builder.nodes.push({ ...node, inputs });
    } else {
      builder.nodes.push(node);
    }
  }
  return builder.build(graph.outputs);
}

/** A concatenation of large feature maps along channels, each of whole blocks. */
function joinsBlocks({ op, inputs, attributes }: Node, builder: GraphBuilder): boolean {
  const whole = inputs.every((name) => {
    const shape = builder.values.get(name)?.shape ?? [];
    return shape.length === 4 && shape[1]! % CHANNEL_BLOCK === 0 && elementCount(shape) >= SMALLEST_PIECE;
  });
  return op === 'Concat' && whole && numberOf({ attributes } as Node, 'axis', 0) === 1;
}

function pieceByPiece(node: Node, joined: readonly string[], builder: GraphBuilder): string[] {
  let begin = 0;
  return joined.map((piece) => {
    const end = begin + builder.shape(piece)[1]!;
    const others = node.inputs.slice(1).map((name) => {
      if (node.op !== 'BatchNormalization') return name;
      return builder.constant(floats(builder.constantOf(name)!.data.slice(begin, end)), name);
    });
    begin = end;
    return builder.op(node.op, [piece, ...others], node.attributes);
  });
}

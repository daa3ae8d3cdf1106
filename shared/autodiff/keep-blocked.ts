/**
 * Keeps sums and products of gradients in onnxruntime's blocked channel layout (CPU back end).
 *
 * The engine keeps values blocked from convolution to convolution through a few operators: Add and Mul of equal
 * shapes, ReLU, HardSigmoid, pools. One plain operand makes a sum plain, and everything down the residual path
 * after it, with a conversion at every convolution. Here a depthwise 1×1 convolution, which the engine runs in
 * the blocked layout, stands in where that helps: with ones for a plain operand (it becomes blocked), with −1
 * for a subtraction (x − y = x + (−y), one fused pass), with s for a product with a scalar. All are exact.
 */
import { sameShape } from '../onnx/broadcast.ts';
import { filled } from '../onnx/constant.ts';
import { type Graph, int, type Node } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { windowAttributes } from '../onnx/window.ts';
import { CHANNEL_BLOCK } from './channel-block.ts';

const FOLLOWS_INPUT: ReadonlySet<string> = new Set([
  'Relu',
  'Sigmoid',
  'Tanh',
  'HardSigmoid',
  'AveragePool',
  'GlobalAveragePool',
  'BatchNormalization',
]);

/** `isForward` says which nodes belong to the model itself: those are left as they are. */
export function keepBlocked(graph: Graph, isForward: (node: Node) => boolean): Graph {
  const builder = GraphBuilder.from({ ...graph, nodes: [] });
  const blocked = new Set<string>();
  const useful = namesReadBlocked(graph);
  for (const node of graph.nodes) {
    const rewritten = isForward(node) ? node : rewrite(node, builder, blocked, useful.has(node.outputs[0]!));
    builder.nodes.push(rewritten);
    if (staysBlocked(rewritten, blocked, builder)) blocked.add(node.outputs[0]!);
  }
  return builder.build(graph.outputs);
}

/** The node itself, or one that gives the same value and stays blocked; helpers are added before it. */
function rewrite(node: Node, builder: GraphBuilder, blocked: Set<string>, useful: boolean): Node {
  const [left, right] = node.inputs as [string, string];
  const scaled = (name: string, factor: number): string => {
    const result = builder.op('Conv', [name, weights(builder, name, factor)], depthwise(builder, name));
    blocked.add(result);
    return result;
  };
  if (node.op === 'Mul' && blocked.has(left) && isBlockable(builder, left)) {
    const scalar = builder.constantOf(right);
    if (scalar?.data.length === 1) {
      const inputs = [left, weights(builder, left, scalar.data[0]!)];
      return { ...node, op: 'Conv', inputs, attributes: depthwise(builder, left) };
    }
  }
  if (!isPixelwise(node, builder)) return node;
  if (node.op === 'Sub') {
    if (!blocked.has(left) || !blocked.has(right)) return node;
    return { ...node, op: 'Add', inputs: [scaled(right, -1), left] };
  }
  if (!useful || blocked.has(left) === blocked.has(right)) return node;
  return { ...node, inputs: node.inputs.map((name) => (blocked.has(name) ? name : scaled(name, 1))) };
}

/** Values that a convolution reads, directly or through operators that keep the layout. */
function namesReadBlocked(graph: Graph): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { op, inputs, outputs } of graph.nodes.toReversed()) {
    const passes = op === 'Add' || op === 'Mul' || op === 'Sub' || FOLLOWS_INPUT.has(op);
    if (op === 'Conv') names.add(inputs[0]!);
    else if (passes && names.has(outputs[0]!)) for (const name of inputs) names.add(name);
  }
  return names;
}

function isBlockable(builder: GraphBuilder, name: string): boolean {
  const shape = builder.values.get(name)?.shape ?? [];
  return shape.length === 4 && shape[1]! % CHANNEL_BLOCK === 0;
}

/** A sum, difference or product of two equally shaped feature maps. */
function isPixelwise({ op, inputs }: Node, builder: GraphBuilder): boolean {
  if (op !== 'Add' && op !== 'Mul' && op !== 'Sub') return false;
  const [left, right] = inputs as [string, string];
  return isBlockable(builder, left) && sameShape(builder.shape(left), builder.shape(right));
}

function staysBlocked(
  { op, inputs, outputs }: Node,
  blocked: ReadonlySet<string>,
  builder: GraphBuilder,
): boolean {
  if (op === 'Conv') return (builder.shape(outputs[0]!)[1] ?? 0) >= CHANNEL_BLOCK;
  if (op === 'MaxPool') return outputs.length === 1 && blocked.has(inputs[0]!);
  if (op === 'Add' || op === 'Mul') return inputs.every((name) => blocked.has(name));
  return FOLLOWS_INPUT.has(op) && blocked.has(inputs[0]!);
}

function weights(builder: GraphBuilder, name: string, factor: number): string {
  return builder.constant(filled(factor, [builder.shape(name)[1]!, 1, 1, 1]), 'factor');
}

function depthwise(builder: GraphBuilder, name: string): Node['attributes'] {
  const window = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
  return { ...windowAttributes(window), group: int(builder.shape(name)[1]!) };
}

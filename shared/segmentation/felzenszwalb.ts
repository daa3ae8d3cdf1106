/**
 * Graph-based segmentation: pixels are merged along edges in order of color difference, while the difference
 * is below the internal variation of both sides, min(Int(C) + k/|C|).
 * Felzenszwalb & Huttenlocher 2004, "Efficient graph-based image segmentation", algorithm 1; constants as in
 * scikit-image: k = scale/255, Gaussian σ before, pieces under `minSize` merged in a second pass.
 */
import { gaussianBlur } from '../imaging/gaussian.ts';
import { countingUp } from '../tensor/counting-up.ts';
import { stableOrder } from '../tensor/stable-order.ts';

/** Edges of the 8-neighborhood in ascending order of cost. They serve every scale. */
export interface EdgeGraph {
  readonly height: number;
  readonly width: number;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly costs: Float64Array;
}

/** Edges of an image given as row-major float64 planes [height, width], blurred by σ with mirrored borders. */
export function edgeGraph(
  planes: readonly Float64Array[],
  height: number,
  width: number,
  sigma = 0.8,
): EdgeGraph {
  const smooth = planes.map((plane) => gaussianBlur(plane, height, width, sigma, 'reflect'));
  const { from, to } = neighborPairs(height, width);
  const costs = new Float64Array(from.length);
  for (let edge = 0; edge < costs.length; edge++) {
    costs[edge] = colorDistance(smooth, from[edge]!, to[edge]!);
  }
  const order = stableOrder(costs);
  const sorted = {
    from: new Uint32Array(order.length),
    to: new Uint32Array(order.length),
    costs: new Float64Array(order.length),
  };
  for (let i = 0; i < order.length; i++) {
    const edge = order[i]!;
    sorted.from[i] = from[edge]!;
    sorted.to[i] = to[edge]!;
    sorted.costs[i] = costs[edge]!;
  }
  return { height, width, ...sorted };
}

/** Pixel pairs of the 8-neighborhood: all to the right, then down, down-right, up-right. */
function neighborPairs(height: number, width: number): { from: Uint32Array; to: Uint32Array } {
  const count = height * (width - 1) + (height - 1) * width + 2 * (height - 1) * (width - 1);
  const from = new Uint32Array(count);
  const to = new Uint32Array(count);
  let edge = 0;
  const connect = (rows: number, columns: number, start: number, step: number): void => {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        from[edge] = y * width + x + start;
        to[edge] = from[edge]! + step;
        edge++;
      }
    }
  };
  connect(height, width - 1, 0, 1);
  connect(height - 1, width, 0, width);
  connect(height - 1, width - 1, 0, width + 1);
  connect(height - 1, width - 1, width, 1 - width);
  return { from, to };
}

function colorDistance(planes: readonly Float64Array[], a: number, b: number): number {
  let sum = 0;
  for (const plane of planes) sum += (plane[a]! - plane[b]!) ** 2;
  return Math.sqrt(sum);
}

/** Labels [height, width] from 0, numbered by the first pixel of each segment. Larger `scale`: larger segments. */
export function felzenszwalb(graph: EdgeGraph, scale: number, minSize: number): Int32Array {
  const { from, to, costs } = graph;
  const k = scale / 255;
  const pixels = graph.height * graph.width;
  const parent = countingUp(pixels);
  const size = new Int32Array(pixels).fill(1);
  /** The internal variation of a segment and k/|C|, in float32 as scikit-image compares it. */
  const limit = new Float32Array(pixels).fill(k);
  /** Edges between segments when they were met: no other edge can join two segments later. */
  const between = new Uint32Array(costs.length);
  let left = 0;
  for (let edge = 0; edge < costs.length; edge++) {
    const a = root(parent, from[edge]!);
    const b = root(parent, to[edge]!);
    if (a === b) continue;
    const cost = costs[edge]!;
    if (cost < limit[a]! && cost < limit[b]!) {
      const joined = join(parent, size, a, b);
      limit[joined] = cost + k / size[joined]!;
    } else {
      between[left++] = edge;
    }
  }
  for (let i = 0; i < left; i++) {
    const edge = between[i]!;
    const a = root(parent, from[edge]!);
    const b = root(parent, to[edge]!);
    if (a !== b && (size[a]! < minSize || size[b]! < minSize)) join(parent, size, a, b);
  }
  return relabel(parent);
}

/** The root of a pixel's tree; the way to it is halved. */
function root(parent: Uint32Array, pixel: number): number {
  let at = pixel;
  while (parent[at] !== at) {
    const above = parent[parent[at]!]!;
    parent[at] = above;
    at = above;
  }
  return at;
}

/** Joins two trees under the lower pixel, which stays the number of the segment. */
function join(parent: Uint32Array, size: Int32Array, a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  parent[high] = low;
  size[low]! += size[high]!;
  return low;
}

function relabel(parent: Uint32Array): Int32Array {
  const labels = new Int32Array(parent.length);
  let count = 0;
  for (let pixel = 0; pixel < parent.length; pixel++) {
    const first = root(parent, pixel);
    labels[pixel] = first === pixel ? count++ : labels[first]!;
  }
  return labels;
}

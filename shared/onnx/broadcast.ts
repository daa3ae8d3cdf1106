/** NumPy's broadcasting of shapes (ONNX "Multidirectional Broadcasting"). */

/** The common shape, or undefined where the shapes do not broadcast. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map(({ length }) => length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const at = rank - shape.length + axis;
      if (shape[axis] === result[at] || shape[axis] === 1) continue;
      if (result[at] !== 1) return undefined;
      result[at] = shape[axis]!;
    }
  }
  return result;
}

/** The axes of `to` along which `from` was repeated; missing leading axes count as repeated. */
export function broadcastAxes(from: readonly number[], to: readonly number[]): number[] {
  const missing = to.length - from.length;
  return to.flatMap((extent, axis) =>
    axis < missing || (from[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  );
}

/** Row-major strides of `shape` seen through `to`: 0 along repeated axes. */
export function broadcastStrides(shape: readonly number[], to: readonly number[]): number[] {
  const strides = new Array<number>(to.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1) strides[axis + to.length - shape.length] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((extent, axis) => extent === right[axis]);
}

/** An axis counted from the end made one counted from the start. */
export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Insertion and deletion figures as the panel shows them. */

/** Insertion − deletion: one figure, since either alone can be high for any map of an easy image. */
export function margin({ insertion, deletion }: { insertion: number; deletion: number }): number {
  return insertion - deletion;
}

interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** SVG points of a curve over [0, 1] × [0, 1], y upwards, in a box of width × height. */
export function polyline({ x, y }: Curve, width: number, height: number): string {
  return x.map((at, i) => `${(at * width).toFixed(1)},${((1 - (y[i] ?? 0)) * height).toFixed(1)}`).join(' ');
}

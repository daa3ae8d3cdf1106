/**
 * Geometry of sliding windows: convolution and pooling.
 *
 * out = floor_or_ceil((in + pads − dilation·(kernel − 1) − 1) / stride) + 1. With `ceil_mode` a window that
 * would start beyond the end of the image and its leading pad is dropped.
 * Source: ONNX operators Conv, MaxPool, AveragePool; auto_pad SAME_UPPER puts the odd pixel at the end.
 */
import { type Attributes, ints, type Node, numberOf, numbersOf, textOf } from './graph.ts';

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** [begin of each axis..., end of each axis...] as ONNX has it. */
  readonly pads: readonly number[];
}

/** The window of a Conv or pool node; `extents` are the spatial extents of its input. */
export function windowOf(node: Node, kernel: readonly number[], extents: readonly number[]): Window {
  const rank = kernel.length;
  const strides = numbersOf(node, 'strides') ?? new Array<number>(rank).fill(1);
  const dilations = numbersOf(node, 'dilations') ?? new Array<number>(rank).fill(1);
  const autoPad = textOf(node, 'auto_pad', 'NOTSET');
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
    const totals = extents.map((extent, axis) => {
      const covered = (Math.ceil(extent / strides[axis]!) - 1) * strides[axis]!;
      return Math.max(0, covered + dilations[axis]! * (kernel[axis]! - 1) + 1 - extent);
    });
    const small = totals.map((total) => Math.floor(total / 2));
    const large = totals.map((total, axis) => total - small[axis]!);
    const pads = autoPad === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
    return { kernel, strides, dilations, pads };
  }
  const explicit = autoPad === 'VALID' ? undefined : numbersOf(node, 'pads');
  return { kernel, strides, dilations, pads: explicit ?? new Array<number>(2 * rank).fill(0) };
}

/** Window attributes written out in full, so that later readers need no defaults. */
export function windowAttributes(window: Window): Attributes {
  return {
    kernel_shape: ints(window.kernel),
    strides: ints(window.strides),
    dilations: ints(window.dilations),
    pads: ints(window.pads),
  };
}

/** The window of a node that carries all window attributes. */
export function explicitWindow(node: Node): Window {
  return windowOf(node, numbersOf(node, 'kernel_shape')!, []);
}

/** Extents of one window with its dilation. */
export function windowExtents({ kernel, dilations }: Window): number[] {
  return kernel.map((size, axis) => dilations[axis]! * (size - 1) + 1);
}

/** The number of windows along each spatial axis. */
export function windowCounts(node: Node, window: Window, extents: readonly number[]): number[] {
  const up = numberOf(node, 'ceil_mode', 0) === 1;
  const spans = windowExtents(window);
  return extents.map((extent, axis) => {
    const begin = window.pads[axis]!;
    const stride = window.strides[axis]!;
    const free = extent + begin + window.pads[axis + extents.length]! - spans[axis]!;
    const count = (up ? Math.ceil(free / stride) : Math.floor(free / stride)) + 1;
    return up && (count - 1) * stride >= extent + begin ? count - 1 : count;
  });
}

/** Convolution and pooling as their definitions read: one loop over outputs, one over the window. */
import { type Array64, at, atOr, generate, indices, sum } from './array.ts';

export interface WindowSpec {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly group?: number;
  readonly ceil?: boolean;
  readonly countPads?: boolean;
}

function outputExtents(extents: readonly number[], spec: WindowSpec): number[] {
  const rank = extents.length;
  return extents.map((extent, axis) => {
    const span = (spec.kernel[axis]! - 1) * spec.dilations[axis]! + 1;
    const steps = (extent + spec.pads[axis]! + spec.pads[axis + rank]! - span) / spec.strides[axis]!;
    const count = (spec.ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    const lastStart = (count - 1) * spec.strides[axis]!;
    return spec.ceil && lastStart >= extent + spec.pads[axis]! ? count - 1 : count;
  });
}

function source(position: readonly number[], tap: readonly number[], spec: WindowSpec): number[] {
  return position.map(
    (start, axis) => start * spec.strides[axis]! + tap[axis]! * spec.dilations[axis]! - spec.pads[axis]!,
  );
}

export function conv(x: Array64, w: Array64, bias: Array64 | undefined, spec: WindowSpec): Array64 {
  const [n, , ...extents] = x.shape as [number, number, ...number[]];
  const [m, perGroup] = w.shape as [number, number];
  const outPerGroup = m / (spec.group ?? 1);
  return generate([n, m, ...outputExtents(extents, spec)], ([image, out, ...position]) => {
    const first = Math.floor(out! / outPerGroup) * perGroup;
    const total = sum([perGroup, ...spec.kernel], ([c, ...tap]) => {
      const value = atOr(x, [image!, first + c!, ...source(position, tap, spec)], 0);
      return value * at(w, [out!, c!, ...tap]);
    });
    return total + (bias ? bias.data[out!]! : 0);
  });
}

/** Scatters every input pixel through the kernel. */
export function convTranspose(
  x: Array64,
  w: Array64,
  spec: WindowSpec,
  outputPadding: readonly number[],
): Array64 {
  const [n, channels, ...extents] = x.shape as [number, number, ...number[]];
  const group = spec.group ?? 1;
  const perGroup = w.shape[1]!;
  const rank = extents.length;
  const shape = extents.map((extent, axis) => {
    const span = (spec.kernel[axis]! - 1) * spec.dilations[axis]! + 1;
    return (
      spec.strides[axis]! * (extent - 1) +
      outputPadding[axis]! +
      span -
      spec.pads[axis]! -
      spec.pads[axis + rank]!
    );
  });
  return generate([n, perGroup * group, ...shape], ([image, out, ...target]) => {
    const g = Math.floor(out! / perGroup);
    return sum([channels / group, ...extents, ...spec.kernel], ([c, ...rest]) => {
      const reached = source(rest.slice(0, rank), rest.slice(rank), spec);
      if (reached.some((position, axis) => position !== target[axis])) return 0;
      const channel = g * (channels / group) + c!;
      return (
        at(x, [image!, channel, ...rest.slice(0, rank)]) *
        at(w, [channel, out! % perGroup, ...rest.slice(rank)])
      );
    });
  });
}

export function maxPool(x: Array64, spec: WindowSpec): Array64 {
  const [n, c, ...extents] = x.shape as [number, number, ...number[]];
  return generate([n, c, ...outputExtents(extents, spec)], ([image, channel, ...position]) =>
    Math.max(
      ...indices(spec.kernel).map((tap) =>
        atOr(x, [image!, channel!, ...source(position, tap, spec)], Number.NEGATIVE_INFINITY),
      ),
    ),
  );
}

export function averagePool(x: Array64, spec: WindowSpec): Array64 {
  const [n, c, ...extents] = x.shape as [number, number, ...number[]];
  const rank = extents.length;
  return generate([n, c, ...outputExtents(extents, spec)], ([image, channel, ...position]) => {
    const places = indices(spec.kernel).map((tap) => source(position, tap, spec));
    const counted = places.filter((place) =>
      place.every((p, axis) => {
        const before = spec.countPads ? spec.pads[axis]! : 0;
        const after = spec.countPads ? spec.pads[axis + rank]! : 0;
        return p >= -before && p < extents[axis]! + after;
      }),
    );
    const total = places.reduce((acc, place) => acc + atOr(x, [image!, channel!, ...place], 0), 0);
    return total / counted.length;
  });
}

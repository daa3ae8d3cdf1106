/** A linear or base-2 scale of a chart's axis with round ticks (1, 2 or 5 times a power of ten). */
export interface ChartScale {
  /** Position of a value, in the units of the picture; clipped to the axis. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

export interface ScaleChoice {
  readonly log?: boolean;
  /** About how many. */
  readonly ticks?: number;
  /** Ends of the axis at round values. */
  readonly rounded?: boolean;
}

/** The scale that holds all of `values`, from `to[0]` to `to[1]`. No value, or one only, gets a unit of room. */
export function chartScale(
  values: readonly number[],
  to: readonly [number, number],
  { log = false, ticks: wanted = 4, rounded = false }: ScaleChoice = {},
): ChartScale {
  const finite = values.filter(Number.isFinite);
  const room = roomFor(Math.min(...finite), Math.max(...finite));
  const [low, high] = rounded ? roundedOut(room, wanted) : room;
  const place = log ? Math.log2 : (value: number) => value;
  const [from, until] = [place(low), place(high)];
  const at = (value: number) => {
    const share = Math.min(1, Math.max(0, (place(value) - from) / (until - from)));
    return to[0] + share * (to[1] - to[0]);
  };
  return { at, ticks: log ? powersOfTwo(low, high) : roundTicks(low, high, wanted) };
}

function roomFor(low: number, high: number): [number, number] {
  if (!Number.isFinite(low)) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

function roundedOut([low, high]: readonly [number, number], wanted: number): [number, number] {
  const step = roundStep(low, high, wanted);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

function roundStep(low: number, high: number, wanted: number): number {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.75) ?? 10);
}

/** Round values from `low` to `high`, about `wanted` of them. */
export function roundTicks(low: number, high: number, wanted: number): number[] {
  const step = roundStep(low, high, wanted);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function powersOfTwo(low: number, high: number): number[] {
  const first = Math.ceil(Math.log2(low) - 1e-9);
  const count = Math.floor(Math.log2(high) + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => 2 ** (first + i));
}

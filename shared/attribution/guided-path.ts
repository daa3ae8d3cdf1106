/**
 * The guided path (Guided IG, Kapishnikov et al. 2021, algorithm 1): in each step the point moves toward the
 * input along the features with the smallest gradient first, and stays within ±maxDistance of the straight
 * line. The moves are those of PAIR saliency 0.2.1; float64.
 *
 * A step costs two or three passes over the features, and these are bound by memory. So a feature's place is kept as
 * its share of the way, and only features that move touch the other arrays. A weight is the |gradient|, infinite once
 * the feature has reached the upper wall; weights are counted by their upper 16 bits, whose patterns are ordered as
 * the numbers are, and the counts follow each move. What is left of the way is the former rest less what was moved.
 */
export interface GuidedPath {
  /** ‖x − b‖₁. */
  readonly length: number;
  /** The current point; moved by each step. */
  readonly point: Float64Array;
  /** Σ (moved distance) · gradient; grown by each step. */
  readonly attribution: Float64Array;
  /** Moves the point from `step / steps` of the way to `(step + 1) / steps`; `gradient` was taken at it. */
  advance(gradient: Float32Array, step: number, steps: number): void;
}

interface State {
  readonly baseline: Float64Array;
  /** Input − baseline. */
  readonly span: Float64Array;
  readonly point: Float64Array;
  readonly attribution: Float64Array;
  /** Of the way from baseline to input, 0 to 1; `NO_WAY` where they are equal. */
  readonly share: Float64Array;
  /** Bit patterns of the weights, float32 as the engine gives gradients. */
  readonly bits: Uint32Array;
  /** Features by the upper and, of one upper bin, by the lower half of their bits. */
  readonly upper: Uint32Array;
  readonly lower: Uint32Array;
  /** Features chosen to move; the first `count` entries hold. */
  readonly chosen: Uint32Array;
  /** Features whose upper bits are those of the threshold. */
  readonly tied: Uint32Array;
}

/** A share beyond every wall. */
const NO_WAY = 2;
const HALF = 1 << 16;
const INFINITY_BITS = 0x7f800000;
const INFINITE = INFINITY_BITS >>> 16;
/** All but the sign. */
const MAGNITUDE = 0x7fffffff;
const CLOSE = 1e-9;
/** math.isclose: relative and absolute tolerance alike. */
const isClose = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(CLOSE * Math.max(Math.abs(a), Math.abs(b)), CLOSE);

/** A path that starts at the baseline. `fraction` of the features move at a time. */
export function guidedPath(
  input: Float64Array,
  baseline: Float64Array,
  fraction: number,
  maxDistance: number,
): GuidedPath {
  const size = input.length;
  const span = input.map((value, i) => value - baseline[i]!);
  const state: State = {
    baseline,
    span,
    point: baseline.slice(),
    attribution: new Float64Array(size),
    share: span.map((way) => (way === 0 ? NO_WAY : 0)),
    bits: new Uint32Array(size),
    upper: new Uint32Array(HALF),
    lower: new Uint32Array(HALF),
    chosen: new Uint32Array(size),
    tied: new Uint32Array(size),
  };
  const rank = Math.floor(fraction * (size - 1));
  const { point, attribution } = state;
  let length = 0;
  for (let i = 0; i < size; i++) length += Math.abs(span[i]!);
  let left = length;
  const advance = (gradient: Float32Array, step: number, steps: number): void => {
    const alpha = (step + 1) / steps;
    const low = Math.max(alpha - maxDistance, 0);
    const high = Math.min(alpha + maxDistance, 1);
    left -= enterCorridor(state, gradient, low, high);
    left = moveTo(state, gradient, { left, remaining: length * (1 - alpha), rank, high });
  };
  return { length, point, attribution, advance };
}

/**
 * Lets features below the lower wall jump to it, and weighs all by this step's gradient. Returns the distance jumped.
 */
function enterCorridor(state: State, gradient: Float32Array, low: number, high: number): number {
  const { span, share, bits, upper } = state;
  const slopes = new Uint32Array(gradient.buffer, gradient.byteOffset, gradient.length);
  let jumped = 0;
  upper.fill(0);
  for (let i = 0; i < share.length; i++) {
    let at = share[i]!;
    if (at < low) {
      jumped += Math.abs(span[i]!) * (low - at);
      put(state, gradient, i, low);
      at = low;
    }
    const pattern = at >= high ? INFINITY_BITS : slopes[i]! & MAGNITUDE;
    bits[i] = pattern;
    upper[pattern >>> 16]!++;
  }
  return jumped;
}

/** Moves one feature to a share of its way. */
function put(
  { baseline, span, point, attribution, share }: State,
  gradient: Float32Array,
  i: number,
  to: number,
): void {
  const place = baseline[i]! + span[i]! * to;
  attribution[i]! += (place - point[i]!) * gradient[i]!;
  point[i] = place;
  share[i] = to;
}

interface Move {
  /** Distance to the input before the move, and where it ends. */
  readonly left: number;
  readonly remaining: number;
  readonly rank: number;
  /** The corridor's upper wall, as a share. */
  readonly high: number;
}

/** Moves features, fewest-sensitive first, until `remaining` of the way is left; returns what is left then. */
function moveTo(state: State, gradient: Float32Array, { left, remaining, rank, high }: Move): number {
  let current = left;
  for (let gamma = Number.POSITIVE_INFINITY; gamma > 1 && !isClose(remaining, current); ) {
    const { count, distance } = choose(state, rank, high);
    // Nothing left to move: rounding has eaten the rest of the way.
    if (count === 0) return current;
    gamma = distance > 0 ? Math.max(0, (current - remaining) / distance) : Number.POSITIVE_INFINITY;
    move(state, gradient, { count, gamma, high });
    current -= Math.min(1, gamma) * distance;
  }
  return current;
}

/**
 * Chooses the features that can still move and weigh at most as much as the one of this rank (from 0) among all;
 * `distance` is their way to the upper wall.
 */
function choose(
  { span, share, bits, upper, lower, chosen, tied }: State,
  rank: number,
  high: number,
): { count: number; distance: number } {
  let before = 0;
  let bin = 0;
  while (bin < INFINITE && before + upper[bin]! <= rank) before += upper[bin++]!;
  let [count, ties, distance] = [0, 0, 0];
  if (bin < INFINITE) lower.fill(0);
  for (let i = 0; i < bits.length; i++) {
    const pattern = bits[i]!;
    const place = pattern >>> 16;
    if (place < bin) {
      chosen[count++] = i;
      distance += Math.abs(span[i]!) * (high - share[i]!);
    } else if (place === bin && bin < INFINITE) {
      lower[pattern & 0xffff]!++;
      tied[ties++] = i;
    }
  }
  if (bin === INFINITE) return { count, distance };
  let last = 0;
  while (before + lower[last]! <= rank) before += lower[last++]!;
  for (let t = 0; t < ties; t++) {
    const i = tied[t]!;
    if ((bits[i]! & 0xffff) > last) continue;
    chosen[count++] = i;
    distance += Math.abs(span[i]!) * (high - share[i]!);
  }
  return { count, distance };
}

/** The first `count` chosen features go the share `gamma` of their way to the upper wall. */
function move(
  state: State,
  gradient: Float32Array,
  { count, gamma, high }: { readonly count: number; readonly gamma: number; readonly high: number },
): void {
  const { share, bits, upper, chosen } = state;
  for (let c = 0; c < count; c++) {
    const i = chosen[c]!;
    const at = share[i]!;
    const to = gamma > 1 ? high : at + (high - at) * gamma;
    put(state, gradient, i, to);
    if (to < high) continue;
    // At the wall: out for the rest of this step.
    upper[bits[i]! >>> 16]!--;
    upper[INFINITE]!++;
    bits[i] = INFINITY_BITS;
  }
}

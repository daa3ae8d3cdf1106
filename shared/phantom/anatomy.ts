/**
 * A synthetic axial head slice through the lateral ventricles, T1-like: scalp and marrow bright, bone and fluid
 * dark, white matter lighter than gray. Invented shapes with random proportions; no patient data went into it.
 *
 * Coordinates: x to the right, y to the back, the head about an ellipse of half axes 0.74 by 0.9 around 0.
 */
import type { UniformSource } from '../attribution/noise/xoshiro.ts';
import { fractalNoise, gradientNoise, type PlaneNoise } from './gradient-noise.ts';
import {
  type Capsule,
  capsuleDistance,
  type Ellipse,
  ellipseDistance,
  length,
  mix,
  smoothMin,
  softStep,
} from './shapes.ts';

/** Signal in [0, 1] before bias and noise. */
const SIGNAL = {
  air: 0,
  scalp: 0.82,
  bone: 0.07,
  marrow: 0.3,
  fluid: 0.12,
  gray: 0.44,
  white: 0.66,
  deepGray: 0.5,
} as const;

export interface Anatomy {
  /** Signal at a point; `edge` is half the width of a boundary (about one pixel). */
  signal(x: number, y: number, edge: number): number;
  /** Distance below the brain's surface, in head units: negative outside the brain. */
  depth(x: number, y: number): number;
  /** Signed distance to the ventricles, negative inside. */
  ventricles(x: number, y: number): number;
}

/** Distances of the layers below the skin, in head units. */
interface Layers {
  readonly skull: number;
  readonly fluid: number;
  readonly brain: number;
}

const between = (source: UniformSource, low: number, high: number): number =>
  low + (high - low) * source.uniform();

/** A head of its own for every state of `source`. */
export function drawAnatomy(source: UniformSource): Anatomy {
  const surface = headSurface(source);
  const layers = drawLayers(source);
  const ventricles = drawVentricles(source);
  const nuclei = drawNuclei(source);
  const folds = drawFolds(source);
  const wobble = gradientNoise(source);
  const texture = fractalNoise(gradientNoise(source), 3);
  const depth = (x: number, y: number, below = surface(x, y)): number =>
    below - layers.brain - 0.012 * wobble(x * 4, y * 4);
  const brain = (x: number, y: number, edge: number, inside: number): number => {
    const fold = folds(x, y, inside);
    let signal = mix(SIGNAL.gray, SIGNAL.white, softStep(fold.gray, edge + 0.012));
    const nucleus = Math.min(...nuclei.map((ellipse) => ellipseDistance(ellipse, Math.abs(x), y)));
    signal = mix(signal, SIGNAL.deepGray, softStep(-nucleus, edge + 0.015));
    signal *= 1 + 0.05 * texture(x * 9, y * 9);
    return mix(
      signal,
      SIGNAL.fluid,
      Math.max(softStep(-fold.fluid, edge), softStep(-ventricles(x, y), edge)),
    );
  };
  const signal = (x: number, y: number, edge: number): number => {
    const below = surface(x, y);
    if (below < -edge) return SIGNAL.air;
    const inside = depth(x, y, below);
    const wave = 0.01 * wobble(x * 5 + 40, y * 5);
    const scalp = SIGNAL.scalp * (1 + 0.18 * texture(x * 5 + 30, y * 5));
    const marrowDepth = (layers.skull + layers.fluid) / 2 + wave;
    const marrow = softStep(0.016 + wave - Math.abs(below - marrowDepth), edge);
    let value = mix(SIGNAL.air, scalp, softStep(below, edge));
    value = mix(value, mix(SIGNAL.bone, SIGNAL.marrow, marrow), softStep(below - layers.skull - wave, edge));
    value = mix(value, SIGNAL.fluid, softStep(below - layers.fluid, edge));
    return inside < -edge ? value : mix(value, brain(x, y, edge, inside), softStep(inside, edge));
  };
  return { signal, depth, ventricles };
}

/** Distance below the skin: an ellipse with three random harmonics, a little wider at the back. */
function headSurface(source: UniformSource): (x: number, y: number) => number {
  const halfWidth = between(source, 0.7, 0.78);
  const halfLength = between(source, 0.86, 0.93);
  const back = between(source, 0.02, 0.05);
  const waves = [2, 3, 4].map((order) => ({
    order,
    size: between(source, -0.012, 0.012),
    phase: between(source, 0, 2 * Math.PI),
  }));
  return (x, y) => {
    const angle = Math.atan2(y / halfLength, x / halfWidth);
    const radius = length(x / halfWidth, y / halfLength);
    const bulge = waves.reduce(
      (sum, { order, size, phase }) => sum + size * Math.cos(order * angle + phase),
      0,
    );
    const limit = 1 + bulge + back * Math.sin(angle) * Math.cos(angle) ** 2;
    return (limit - radius) * ((halfWidth + halfLength) / 2);
  };
}

function drawLayers(source: UniformSource): Layers {
  const skull = between(source, 0.04, 0.062);
  const fluid = skull + between(source, 0.06, 0.085);
  return { skull, fluid, brain: fluid + between(source, 0.012, 0.03) };
}

/** Frontal horn, body and occipital horn of both lateral ventricles, and the third ventricle between them. */
function drawVentricles(source: UniformSource): (x: number, y: number) => number {
  const size = between(source, 0.7, 1.3);
  const middle = between(source, -0.07, 0.0);
  const rough = gradientNoise(source);
  const halves = [-1, 1].map((side) =>
    drawVentricle(source, side, middle, size * between(source, 0.88, 1.12)),
  );
  const third: Capsule = {
    from: { x: 0, y: middle + 0.05 },
    to: { x: 0, y: middle + 0.16 },
    fromRadius: 0.008 * size,
    toRadius: 0.012 * size,
  };
  return (x, y) => {
    const half = halves[x < 0 ? 0 : 1]!;
    const lateral = half
      .map((part) => capsuleDistance(part, x, y))
      .reduce((nearest, distance) => smoothMin(nearest, distance, 0.05));
    return Math.min(lateral + 0.006 * rough(x * 14, y * 14), capsuleDistance(third, x, y));
  };
}

/** A chain of tapering capsules from the frontal tip, in along the middle, out to the occipital tip. */
function drawVentricle(
  source: UniformSource,
  side: number,
  middle: number,
  size: number,
): readonly Capsule[] {
  const chain: readonly (readonly [x: number, y: number, radius: number])[] = [
    [between(source, 0.13, 0.16), middle - between(source, 0.2, 0.25), 0.022],
    [0.075, middle - 0.13, 0.042],
    [0.045, middle - 0.01, 0.024],
    [0.1, middle + 0.12, 0.026],
    [between(source, 0.17, 0.2), middle + 0.24, 0.042],
    [between(source, 0.17, 0.22), middle + between(source, 0.34, 0.4), 0.014],
  ];
  return chain.slice(1).map(([x, y, radius], i) => {
    const [fromX, fromY, fromRadius] = chain[i]!;
    return {
      from: { x: side * fromX, y: fromY },
      to: { x: side * x, y },
      fromRadius: fromRadius * size,
      toRadius: radius * size,
    };
  });
}

/** Caudate, putamen and thalamus of the right side; the left mirrors them. */
function drawNuclei(source: UniformSource): readonly Ellipse[] {
  const ellipse = (x: number, y: number, width: number, length: number, angle: number): Ellipse => ({
    center: { x: x + between(source, -0.01, 0.01), y: y + between(source, -0.015, 0.015) },
    radii: { x: width * between(source, 0.9, 1.1), y: length * between(source, 0.9, 1.1) },
    angle,
  });
  return [
    ellipse(0.19, -0.17, 0.034, 0.075, 0.25),
    ellipse(0.29, -0.02, 0.045, 0.13, -0.3),
    ellipse(0.105, 0.12, 0.065, 0.1, -0.35),
  ];
}

interface Fold {
  /** Signed distance to the nearest fluid-filled furrow, negative inside. */
  readonly fluid: number;
  /** Distance below the nearest cortical surface, less the cortex's thickness: negative in gray matter. */
  readonly gray: number;
}

/**
 * Furrows of the outer surface run inward, those of the fissure between the halves run sideways. A furrow is
 * where a noise, stretched along that direction, crosses zero; |noise| grows with the distance from it.
 */
function drawFolds(source: UniformSource): (x: number, y: number, depth: number) => Fold {
  const [outer, reach, inner, bend] = [0, 1, 2, 3].map(() => gradientNoise(source)) as [
    PlaneNoise,
    PlaneNoise,
    PlaneNoise,
    PlaneNoise,
  ];
  const density = between(source, 4.2, 5.2);
  const width = between(source, 0.006, 0.012);
  const cortex = between(source, 0.032, 0.042);
  const spacing = 0.62 / density;
  return (x, y, depth) => {
    const radius = length(x, y) || 1;
    const [cos, sin] = [x / radius, y / radius];
    const turn = 0.35 * bend(x * 5, y * 5);
    const around = density + 1.9 * depth * density * 0.4;
    const noise = outer(cos * around + turn, sin * around + turn);
    const furrowDepth = 0.17 + 0.12 * reach(cos * 3, sin * 3);
    const beyond = Math.max(0, depth - furrowDepth);
    const furrow = length(Math.abs(noise) * spacing * 0.9, beyond);
    const midline = Math.abs(x + 0.012 * bend(y * 3, 9));
    const closed = Math.max(0, 0.36 - Math.abs(y + 0.02));
    const fissure = length(midline, closed);
    const sideways = Math.abs(inner(y * 4.5 + 0.5 * bend(x * 7, y * 7), Math.sign(x) * 20 + x * 4)) * 0.13;
    const medial = length(sideways, Math.max(0, fissure - 0.06 - 0.05 * reach(y * 6, 30 * Math.sign(x))));
    return {
      fluid: Math.min(
        furrow - width * softStep(0.06 + furrowDepth - depth, 0.06),
        fissure - width * 0.8,
        medial - width * 0.5,
      ),
      gray: Math.min(depth, furrow, fissure, medial) - cortex,
    };
  };
}

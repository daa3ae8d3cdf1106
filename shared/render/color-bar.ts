/**
 * Color bar: ticks at round values (1, 2, 2.5 or 5 times a power of ten) with the unit, zero always among them.
 */
import { type DisplayScale, positionOn } from './display-scale.ts';

export interface Tick {
  readonly value: number;
  /** 0 at the low end of the bar, 1 at the high end. */
  readonly position: number;
  /** The value as text, without the unit. */
  readonly label: string;
}

export interface ColorBar {
  readonly ticks: readonly Tick[];
  /** `score per input unit`, as the method declares it. */
  readonly unit: string;
}

const STEPS = [1, 2, 2.5, 5, 10] as const;

/** At most `count` (default 5) steps over the scale. An empty scale has the one tick 0. */
export function colorBar(scale: DisplayScale, unit: string, count = 5): ColorBar {
  const { kind, limit } = scale;
  const tick = (value: number): Tick => ({ value, position: positionOn(scale, value), label: label(value) });
  if (!(limit > 0)) return { ticks: [tick(0)], unit };
  const step = roundStep(((kind === 'diverging' ? 2 : 1) * limit) / count);
  const last = Math.floor(limit / step + 1e-9);
  const first = kind === 'diverging' ? -last : 0;
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => tick((first + i) * step));
  return { ticks, unit };
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = STEPS.find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Three significant digits, a true minus sign, and powers of ten for what would be long. */
function label(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return '0';
  const sign = value < 0 ? '−' : '';
  if (magnitude >= 1e-3 && magnitude < 1e5) return sign + String(Number(magnitude.toPrecision(3)));
  const exponent = Math.floor(Math.log10(magnitude) + 1e-12);
  const mantissa = Number((magnitude / 10 ** exponent).toPrecision(3));
  return `${sign}${mantissa}e${exponent < 0 ? '−' : ''}${Math.abs(exponent)}`;
}

/** What the bar below a map says, worked out once for the page and for the exported picture. */
import { colorBar, type Tick } from '../../../shared/render/color-bar.ts';
import { figure } from './figures.ts';
import { type MapPart, outlineColors, outlinedParts } from './outline-colors.ts';
import type { OverlayStyle } from './view.ts';

export interface MapBar {
  /** RGBA of 256 steps (color-table.ts). */
  readonly table: Uint8ClampedArray<ArrayBuffer>;
  readonly signed: boolean;
  /** Magnitude of the last color; above 0. */
  readonly limit: number;
  /** Largest magnitude of the map: above `limit` the last color stands for more. */
  readonly largest: number;
  /** Magnitude from which on values are shown. */
  readonly threshold: number;
  readonly unit: string;
  readonly style: OverlayStyle;
  /** Extremes of the map, where it is one. */
  readonly range: readonly [number, number] | null;
}

export interface OutlineKey {
  /** `#rrggbb`. */
  readonly color: string;
  readonly text: string;
  /** Where on the bar the outlined values lie, 0 … 1. */
  readonly from: number;
  readonly to: number;
}

export interface BarFacts extends MapBar {
  readonly ticks: readonly Tick[];
  /** Values that are not shown, 0 … 1 of the bar. */
  readonly unseen: readonly [number, number];
  /** The map has values beyond the last color. */
  readonly clipped: boolean;
  /** What outlines stand for; none where colors are shown. */
  readonly outlines: readonly OutlineKey[];
  /** In a sentence or two. */
  readonly meaning: string;
}

export function barFacts(bar: MapBar): BarFacts {
  const { signed, limit, largest, threshold, unit, style } = bar;
  const { ticks } = colorBar({ kind: signed ? 'diverging' : 'sequential', limit }, unit, 4);
  const cut = Math.min(1, threshold / limit);
  const unseen = signed ? ([0.5 - 0.5 * cut, 0.5 + 0.5 * cut] as const) : ([0, cut] as const);
  const clipped = largest > limit * 1.000001;
  const key = (part: MapPart): OutlineKey => ({
    color: outlineColors[part],
    text: outlineTexts[part](figure(threshold)),
    from: part === 'against' ? 0 : unseen[1],
    to: part === 'against' ? unseen[0] : 1,
  });
  const outlines = style === 'contour' ? outlinedParts(signed).map(key) : [];
  const ends = `Colors end at ${signed ? '±' : ''}${figure(limit)}; the map reaches ${figure(largest)}.`;
  const meaning = `Shown from ${figure(threshold)} on.${clipped && style === 'fill' ? ` ${ends}` : ''}`;
  return { ...bar, ticks, unseen, clipped, outlines, meaning };
}

const outlineTexts: Readonly<Record<MapPart, (threshold: string) => string>> = {
  for: (threshold) => `for the class, from ${threshold} on`,
  against: (threshold) => `against it, from −${threshold} on`,
  both: (threshold) => `outlined from ${threshold} on`,
};

const onPage = new WeakMap<Element, BarFacts>();

/** Attach it to the element that shows the bar; `factsOfBar` then finds them. */
export const showsBar = (facts: BarFacts) => (element: Element) => void onPage.set(element, facts);

export const factsOfBar = (element: Element): BarFacts | undefined => onPage.get(element);

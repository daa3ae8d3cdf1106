/**
 * Color tables of 256 entries. Sequential: inferno (default), viridis, cividis: perceptually uniform and safe
 * for color-blind readers (Smith and van der Walt 2015; Nuñez et al. 2018). Diverging: PuOr (ColorBrewer),
 * purple below zero, orange above; never red–green. Its darkest ends are left out: on the black that images
 * are read on, the strongest values would be the least visible. Values through d3-scale-chromatic.
 */
import {
  interpolateCividis,
  interpolateInferno,
  interpolatePuOr,
  interpolateViridis,
} from 'd3-scale-chromatic';

export const sequentialTables = ['inferno', 'viridis', 'cividis'] as const;
export const divergingTables = ['puor'] as const;
export type SequentialTable = (typeof sequentialTables)[number];
export type DivergingTable = (typeof divergingTables)[number];
export type ColorTableName = SequentialTable | DivergingTable;

/** 256 · 3 bytes, red, green, blue; entry 0 is the low end, 255 the high end. */
export type ColorTable = Uint8Array;

/** Share of PuOr left out at each end. */
const PUOR_MARGIN = 0.15;

const INTERPOLATORS: Readonly<Record<ColorTableName, (t: number) => string>> = {
  inferno: interpolateInferno,
  viridis: interpolateViridis,
  cividis: interpolateCividis,
  puor: (t) => interpolatePuOr(PUOR_MARGIN + t * (1 - 2 * PUOR_MARGIN)),
};

const ENTRIES = 256;
const built = new Map<ColorTableName, ColorTable>();

/** The table of that name; built once and shared, so never to be written to. */
export function colorTable(name: ColorTableName): ColorTable {
  const known = built.get(name);
  if (known !== undefined) return known;
  const table = new Uint8Array(ENTRIES * 3);
  for (let i = 0; i < ENTRIES; i++) table.set(parseColor(INTERPOLATORS[name](i / (ENTRIES - 1))), i * 3);
  built.set(name, table);
  return table;
}

/** `#rrggbb` or `rgb(r, g, b)`, the two forms that d3 writes. */
function parseColor(text: string): number[] {
  const parts = text.startsWith('#')
    ? [text.slice(1, 3), text.slice(3, 5), text.slice(5, 7)].map((part) => Number.parseInt(part, 16))
    : (text.match(/\d+/g) ?? []).map(Number);
  if (parts.length !== 3) throw new Error(`internal: expected #rrggbb or rgb(r, g, b), got ${text}`);
  return parts;
}

/**
 * The colors of shared/render as 256 RGBA steps, with the opacity of each: zero is transparent and fades in
 * (quickly on an unsigned scale; up to a third of the limit on a signed one, whose pale middle would fog the
 * image), from there on the value is in the color alone.
 */
import {
  type ColorTableName,
  divergingTables,
  colorTable as rgbTable,
  sequentialTables,
} from '../../../shared/render/color-tables.ts';

const titles: Readonly<Record<ColorTableName, string>> = {
  inferno: 'Inferno',
  viridis: 'Viridis',
  cividis: 'Cividis',
  puor: 'Purple–orange',
};

export interface ColorMap {
  readonly name: ColorTableName;
  readonly title: string;
}

/** The color maps for maps with or without sign; the first is the default. */
export function colorMaps(signed: boolean): ColorMap[] {
  return (signed ? divergingTables : sequentialTables).map((name) => ({ name, title: titles[name] }));
}

const built = new Map<string, Uint8ClampedArray<ArrayBuffer>>();

/**
 * RGBA of 256 steps, not premultiplied; built once and shared, so never to be written to. An unknown name gives
 * the default of that sign.
 */
export function colorTable(name: string, signed: boolean): Uint8ClampedArray<ArrayBuffer> {
  const key = `${name} ${signed}`;
  const table = built.get(key) ?? buildTable(name, signed);
  built.set(key, table);
  return table;
}

function buildTable(name: string, signed: boolean): Uint8ClampedArray<ArrayBuffer> {
  const names: readonly ColorTableName[] = signed ? divergingTables : sequentialTables;
  const colors = rgbTable(names.find((known) => known === name) ?? names[0]!);
  const table = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) {
    table.set(colors.subarray(3 * i, 3 * i + 3), 4 * i);
    const strength = signed ? Math.abs(i - 127.5) / 127.5 / 0.33 : i / 255 / 0.05;
    table[4 * i + 3] = 255 * Math.min(1, strength);
  }
  return table;
}

/** Reading Keras's layer configuration: the JSON values a layer was made with. */
import { unsupported } from './tfjs-refusal.ts';

export type LayerConfig = Readonly<Record<string, unknown>>;

export function numberIn(config: LayerConfig, key: string, fallback: number): number {
  const value = config[key];
  return typeof value === 'number' ? value : fallback;
}

export function textIn(config: LayerConfig, key: string, fallback: string): string {
  const value = config[key];
  return typeof value === 'string' ? value : fallback;
}

/** A pair written as one number or as two. */
export function pairIn(config: LayerConfig, key: string, fallback: number): readonly [number, number] {
  const value = config[key] ?? fallback;
  if (typeof value === 'number') return [value, value];
  if (Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number')) {
    return [value[0], value[1]];
  }
  throw unsupported(`${key} ${JSON.stringify(value)}`);
}

/** [top, bottom, left, right] of ZeroPadding2D and Cropping2D: one number, a pair, or a pair of pairs. */
export function marginsIn(config: LayerConfig, key: string): readonly [number, number, number, number] {
  const value = config[key] ?? 1;
  const [rows, columns] = Array.isArray(value) ? value : [value, value];
  const ends = (each: unknown): readonly unknown[] => (Array.isArray(each) ? each : [each, each]);
  const margins = [...ends(rows), ...ends(columns)];
  if (margins.length !== 4 || margins.some((each) => typeof each !== 'number')) {
    throw unsupported(`${key} ${JSON.stringify(value)}`);
  }
  return margins as unknown as [number, number, number, number];
}

/** The axis counted from the front; Keras 2 wraps it in a list. */
export function axisIn(config: LayerConfig, rank: number): number {
  const value = Array.isArray(config.axis) ? config.axis : [config.axis ?? -1];
  if (value.length !== 1 || typeof value[0] !== 'number')
    throw unsupported(`axis ${JSON.stringify(config.axis)}`);
  return value[0] < 0 ? value[0] + rank : value[0];
}

/** A number for all channels, or one for each. */
export function numbersIn(config: LayerConfig, key: string, fallback: number): readonly number[] {
  const value = config[key] ?? fallback;
  const list = Array.isArray(value) ? value.flat(9) : [value];
  if (list.some((each) => typeof each !== 'number')) throw unsupported(`${key} ${JSON.stringify(value)}`);
  return list as number[];
}

/** Keras's name of an activation: written as text, or as a function or layer object; linear where absent. */
export function activationIn(config: LayerConfig): string {
  const { activation } = config;
  if (activation === undefined || activation === null) return 'linear';
  if (typeof activation === 'string') return activation;
  const { class_name, config: inner } = activation as { class_name?: unknown; config?: unknown };
  if (class_name === 'function' && typeof inner === 'string') return inner;
  throw unsupported(`activation ${String(class_name)}`);
}

export function channelsLast(config: LayerConfig): void {
  const format = textIn(config, 'data_format', 'channels_last');
  if (format !== 'channels_last') throw unsupported(`data_format ${format}`);
}

/** The border where a view comes in from a link: a part of the wrong kind or out of range has its initial value. */
import { comparisons, initialView, type View } from './view.ts';

type Check = (value: unknown) => boolean;

const within =
  (low: number, high: number): Check =>
  (value) =>
    typeof value === 'number' && value >= low && value <= high;
const oneOf =
  (...options: readonly string[]): Check =>
  (value) =>
    options.includes(value as string);
const tuple = (value: unknown, length: number, item: Check): boolean =>
  Array.isArray(value) && value.length === length && value.every(item);
const name: Check = (value) => typeof value === 'string' && value.length <= 64;
const flag: Check = (value) => typeof value === 'boolean';

const checks: Record<keyof View, Check> = {
  opacity: within(0, 1),
  top: within(1, 100),
  style: oneOf('fill', 'contour'),
  scale: oneOf('own', 'shared'),
  unsigned: name,
  signed: name,
  window: (value) => tuple(value, 2, within(-255, 510)) && (value as number[])[0]! < (value as number[])[1]!,
  inverted: flag,
  zoom: within(1, 64),
  x: within(0, 1),
  y: within(0, 1),
  columns: (value) => Number.isInteger(value) && within(0, 6)(value),
  compare: oneOf(...comparisons),
  a: name,
  b: name,
  border: within(0, 1),
  region: (value) => value === null || tuple(value, 4, within(0, 65_536)),
  probe: (value) => value === null || tuple(value, 2, within(0, 65_535)),
  step: within(0, 100),
  target: (value) => value === null || (Number.isInteger(value) && within(0, 65_535)(value)),
  open: (value) => Array.isArray(value) && value.length <= 40 && value.every(name),
  hidden: flag,
};

/** A whole view from unchecked parts. */
export function checkedView(parts: unknown): View {
  const found = typeof parts === 'object' && parts !== null ? (parts as Record<string, unknown>) : {};
  const view: Record<string, unknown> = { ...initialView };
  for (const key of Object.keys(checks) as (keyof View)[]) {
    if (checks[key](found[key])) view[key] = found[key];
  }
  return view as unknown as View;
}

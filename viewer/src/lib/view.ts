/** Everything a reader can set on the run page. It lives in the link (view-link.ts) and nowhere else. */
export type OverlayStyle = 'fill' | 'contour';
export type ScaleChoice = 'own' | 'shared';

export interface View {
  /** Of the overlay where it is shown, 0 … 1. The value is in the colour, never in the opacity. */
  readonly opacity: number;
  /** Share of pixels shown, strongest first, 1 … 100 %. */
  readonly top: number;
  readonly style: OverlayStyle;
  readonly scale: ScaleChoice;
  /** Colour maps of maps without and with sign. */
  readonly unsigned: string;
  readonly signed: string;
  /** Displayed grey levels that become black and white, 0 … 255. */
  readonly window: readonly [number, number];
  readonly inverted: boolean;
  /** 1 shows the whole image; x and y are the centre of the view as a share of the image. */
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
  /** Method panels in a row; 0 as many as fit. */
  readonly columns: number;
}

export const initialView: View = {
  opacity: 0.7,
  top: 20,
  style: 'fill',
  scale: 'own',
  unsigned: 'inferno',
  signed: 'puor',
  window: [0, 255],
  inverted: false,
  zoom: 1,
  x: 0.5,
  y: 0.5,
  columns: 0,
};

/** A view from unchecked parts: a part of the wrong kind or out of range has its initial value. */
export function viewFrom(parts: unknown): View {
  const found = typeof parts === 'object' && parts !== null ? (parts as Record<string, unknown>) : {};
  const view: Record<string, unknown> = { ...initialView };
  for (const key of Object.keys(initialView) as (keyof View)[]) {
    if (valid[key](found[key])) view[key] = found[key];
  }
  return view as unknown as View;
}

const within =
  (low: number, high: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= low && value <= high;
const oneOf =
  (...options: readonly string[]) =>
  (value: unknown): boolean =>
    options.includes(value as string);

const valid: Record<keyof View, (value: unknown) => boolean> = {
  opacity: within(0, 1),
  top: within(1, 100),
  style: oneOf('fill', 'contour'),
  scale: oneOf('own', 'shared'),
  unsigned: (value) => typeof value === 'string',
  signed: (value) => typeof value === 'string',
  window: (value) =>
    Array.isArray(value) && value.length === 2 && value.every(within(-255, 510)) && value[0] < value[1],
  inverted: (value) => typeof value === 'boolean',
  zoom: within(1, 64),
  x: within(0, 1),
  y: within(0, 1),
  columns: (value) => Number.isInteger(value) && within(0, 6)(value),
};

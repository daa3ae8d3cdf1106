/** Everything a reader can set on the run page. It lives in the link (view-link.ts) and nowhere else. */
export const comparisons = ['grid', 'swipe', 'flicker', 'difference'] as const;
export type Comparison = (typeof comparisons)[number];
export type OverlayStyle = 'fill' | 'contour';
export type ScaleChoice = 'own' | 'shared';

export interface View {
  /** Of the overlay where it is shown, 0 … 1. The value is in the color, never in the opacity. */
  readonly opacity: number;
  /** Share of pixels shown, strongest first, 1 … 100 %. */
  readonly top: number;
  readonly style: OverlayStyle;
  readonly scale: ScaleChoice;
  /** Color maps of maps without and with sign. */
  readonly unsigned: string;
  readonly signed: string;
  /** Displayed gray levels that become black and white, 0 … 255. */
  readonly window: readonly [number, number];
  readonly inverted: boolean;
  /** 1 shows the whole image; x and y are the center of the view as a share of the image. */
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
  /** Method panels in a row; 0 as many as fit. */
  readonly columns: number;
  /** All methods in a grid, or methods `a` and `b` in one panel; an empty name is the first or second method. */
  readonly compare: Comparison;
  readonly a: string;
  readonly b: string;
  /** Where the swipe's border lies, 0 … 1 from left to right. */
  readonly border: number;
  /** Region of interest in source pixels: left, top, right, bottom. */
  readonly region: readonly [number, number, number, number] | null;
  /** Source pixel under the pinned probe: column, row. */
  readonly probe: readonly [number, number] | null;
  /** Share of the image that XRAI's best regions cover, in percent; 0 shows its map in colors. */
  readonly step: number;
  /** Index of the class to explain; null for the one the run explains. */
  readonly target: number | null;
  /** Names of the sections that are unfolded. */
  readonly open: readonly string[];
  /** Read first: the model's answer and the maps stay hidden until the reader asks for them. */
  readonly hidden: boolean;
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
  compare: 'grid',
  a: '',
  b: '',
  border: 0.5,
  region: null,
  probe: null,
  step: 0,
  target: null,
  open: [],
  hidden: false,
};

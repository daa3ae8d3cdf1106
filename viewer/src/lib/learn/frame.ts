/**
 * What a figure shows at one position of its slider: a row of equal squares, each a picture or a small chart,
 * and the numbers below them. Plain data, made in the worker, drawn in the page.
 */

/** Raw values over a picture, with all that is needed to color them. */
export interface MapLayer {
  /** [height, width] raw values. */
  readonly values: Float32Array;
  readonly signed: boolean;
  /** The magnitude that gets the strongest color; above 0. */
  readonly limit: number;
  readonly unit: string;
  /** Name of the color table; the default of the sign unless given. */
  readonly colors?: string;
  /** Magnitudes below it stay transparent; 0 shows all. */
  readonly threshold?: number;
}

export interface PicturePanel {
  readonly kind: 'picture';
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** [height, width] gray in 0 … 1, dimmed where a map lies over it; null: black. */
  readonly gray: Float32Array | null;
  readonly map?: MapLayer;
  /** [height, width]: its rim is drawn where it changes from zero to another value. */
  readonly outline?: Uint8Array;
  /** Points of interest in pixels. */
  readonly marks?: readonly (readonly [x: number, y: number])[];
  /** One line below the square. */
  readonly note?: string;
  /** What the picture shows, for those who do not see it. */
  readonly alt: string;
}

export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly look?: 'main' | 'second' | 'third' | 'fourth' | 'faint' | 'dashed';
}

export interface ChartPanel {
  readonly kind: 'chart';
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly yRange?: readonly [number, number];
  /** Powers of two along x. */
  readonly xLog?: boolean;
  /** Where the slider stands. */
  readonly cursor?: number;
  readonly note?: string;
  readonly alt: string;
}

export interface BarsPanel {
  readonly kind: 'bars';
  readonly title: string;
  readonly bars: readonly { readonly label: string; readonly value: number; readonly faint?: boolean }[];
  /** Largest magnitude of the scale; that of the bars unless given. */
  readonly limit?: number;
  readonly unit: string;
  readonly note?: string;
  readonly alt: string;
}

export type Panel = PicturePanel | ChartPanel | BarsPanel;

export interface Frame {
  readonly panels: readonly Panel[];
  /** What the position of the slider means, in one sentence with its numbers; read out when it changes. */
  readonly summary: string;
}

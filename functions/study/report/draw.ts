/** A Plot specification -> the text of an SVG that stands alone: no browser, no style sheet, no font file. */
import * as Plot from '@observablehq/plot';
import { DOMImplementation } from '@xmldom/xmldom';

const XHTML = 'http://www.w3.org/1999/xhtml';

/** Colors that stay apart for color-blind readers and in gray (Okabe & Ito 2008). */
export const palette = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#000000',
  '#f0e442',
];

export interface Chart {
  /** File name without extension. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what is seen, for whoever cannot see it too. */
  readonly caption: string;
  readonly svg: string;
}

/** White background, so that the picture can be read anywhere. */
export function draw(options: Plot.PlotOptions): string {
  const document = new DOMImplementation().createDocument(XHTML, 'html', null);
  const figure = Plot.plot({
    ...options,
    style: 'background: white; color: #1a1a1a; font-size: 12px; font-family: sans-serif',
    document: document as unknown as Document,
  });
  return String(figure);
}

/**
 * The colors of outlines: evidence for and against as `--for` and `--against` have them in the dark theme, and one
 * for maps without a sign. Outlines lie on black or on an image, whatever the theme of the page is.
 */

/** What is outlined: evidence for the class, against it, or both alike. */
export type MapPart = 'for' | 'against' | 'both';

/** `#rrggbb`. */
export const outlineColors: Readonly<Record<MapPart, string>> = {
  for: '#f0a33a',
  against: '#a797d6',
  both: '#5cc8ff',
};

/** The parts of a map that have an outline of their own, in the order of contour.ts. */
export const outlinedParts = (signed: boolean): readonly MapPart[] =>
  signed ? ['for', 'against'] : ['both'];

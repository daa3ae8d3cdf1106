/** A map made ready to be drawn: its colors, or its outlines where those are what is shown. Browser only. */
import { type AttributionMap, thresholdOf } from './attribution-map.ts';
import { colorTable } from './color-table.ts';
import { contourSegments, paintRimInto, shownParts } from './contour.ts';
import type { Overlay, Placement } from './draw-panel.ts';
import { outlineColors, outlinedParts } from './outline-colors.ts';
import { paintMapInto } from './paint-map.ts';
import { stepThreshold, stepVeil } from './region-steps.ts';
import type { View } from './view.ts';

export type MapLook = Pick<View, 'top' | 'style' | 'unsigned' | 'signed'>;

export type PaintedMap = Pick<Overlay, 'colors' | 'outlines'>;

/** One surface a map, painted over and over: a slider would else allocate a megabyte a step. */
const surfaces = new WeakMap<AttributionMap, { colors: OffscreenCanvas; picture: ImageData }>();

function surfaceOf(map: AttributionMap): { colors: OffscreenCanvas; picture: ImageData } {
  const made = surfaces.get(map) ?? {
    colors: new OffscreenCanvas(map.width, map.height),
    picture: new ImageData(map.width, map.height),
  };
  surfaces.set(map, made);
  return made;
}

/** Segments of a map's outlines that are stroked; more ragged ones are drawn as the rim of their pixels. */
const mostSegments = 4000;

/** Colors or outlines of the strongest `look.top` % of a map; `limit` has the last color. */
export function paintedMap(map: AttributionMap, signed: boolean, limit: number, look: MapLook): PaintedMap {
  const threshold = thresholdOf(map, look.top);
  const { colors, picture } = surfaceOf(map);
  if (look.style === 'contour') {
    const parts = outlinedParts(signed).map((part) => outlineColors[part]);
    const shown = shownParts(map, threshold, signed ? 'apart' : 'together');
    const segments = contourSegments(shown, mostSegments);
    if (segments) {
      return {
        colors,
        outlines: segments.map((found, i) => ({ path: outlinePath(found), color: parts[i]! })),
      };
    }
    paintRimInto(picture.data, shown, parts.map(channels));
  } else {
    const table = colorTable(signed ? look.signed : look.unsigned, signed);
    paintMapInto(picture.data, map, { table, signed, limit, threshold });
  }
  colors.getContext('2d')!.putImageData(picture, 0, 0);
  return { colors, outlines: null };
}

const channels = (color: string) =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as [number, number, number];

/** Everything in the dark but the best regions, which cover `percent` % of the map or a little more. */
export function veiledRegions(map: AttributionMap, percent: number): PaintedMap {
  const colors = new OffscreenCanvas(map.width, map.height);
  const veil = stepVeil(map, stepThreshold(map, percent));
  colors.getContext('2d')!.putImageData(new ImageData(veil, map.width, map.height), 0, 0);
  return { colors, outlines: null };
}

/** The painted map at its place on the image. */
export const placed = (painted: PaintedMap, opacity: number, placement: Placement): Overlay => ({
  ...painted,
  opacity,
  placement,
});

function outlinePath(segments: Float32Array): Path2D {
  const path = new Path2D();
  for (let i = 0; i < segments.length; i += 4) {
    path.moveTo(segments[i]!, segments[i + 1]!);
    path.lineTo(segments[i + 2]!, segments[i + 3]!);
  }
  return path;
}

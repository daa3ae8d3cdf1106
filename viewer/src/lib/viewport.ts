/**
 * From source pixels to the pixels of a panel and back. All panels share zoom and center, so they are linked
 * by construction. At zoom 1 the whole image is inside; the image never leaves the panel.
 */
import type { View } from './view.ts';

export interface Extent {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** panel = source · scale + offset. */
export interface Viewport {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export type Gaze = Pick<View, 'zoom' | 'x' | 'y'>;

/** The viewport of a panel of `panel` pixels on an image of `image` pixels. */
export function viewportOf(image: Extent, panel: Extent, gaze: Gaze): Viewport {
  const scale = Math.min(panel.width / image.width, panel.height / image.height) * gaze.zoom;
  const center = clampedGaze(image, panel, gaze);
  return {
    scale,
    offsetX: panel.width / 2 - center.x * image.width * scale,
    offsetY: panel.height / 2 - center.y * image.height * scale,
  };
}

/** The gaze with its center moved so that the image covers the panel where it is larger, and is centerd where not. */
export function clampedGaze(image: Extent, panel: Extent, gaze: Gaze): Gaze {
  const scale = Math.min(panel.width / image.width, panel.height / image.height) * gaze.zoom;
  const clamp = (value: number, size: number, room: number) => {
    const half = Math.min(0.5, room / (2 * size * scale));
    return Math.min(1 - half, Math.max(half, value));
  };
  return {
    zoom: gaze.zoom,
    x: clamp(gaze.x, image.width, panel.width),
    y: clamp(gaze.y, image.height, panel.height),
  };
}

export const toSource = (viewport: Viewport, point: Point): Point => ({
  x: (point.x - viewport.offsetX) / viewport.scale,
  y: (point.y - viewport.offsetY) / viewport.scale,
});

export const toPanel = (viewport: Viewport, point: Point): Point => ({
  x: point.x * viewport.scale + viewport.offsetX,
  y: point.y * viewport.scale + viewport.offsetY,
});

/** The gaze after zooming by `factor` with the panel point `fixed` staying where it is. */
export function zoomedAt(image: Extent, panel: Extent, gaze: Gaze, factor: number, fixed: Point): Gaze {
  const zoom = Math.min(64, Math.max(1, gaze.zoom * factor));
  const before = toSource(viewportOf(image, panel, gaze), fixed);
  const scale = Math.min(panel.width / image.width, panel.height / image.height) * zoom;
  return clampedGaze(image, panel, {
    zoom,
    x: (before.x - (fixed.x - panel.width / 2) / scale) / image.width,
    y: (before.y - (fixed.y - panel.height / 2) / scale) / image.height,
  });
}

/** The gaze after dragging the picture by (dx, dy) panel pixels. */
export function panned(image: Extent, panel: Extent, gaze: Gaze, dx: number, dy: number): Gaze {
  const scale = Math.min(panel.width / image.width, panel.height / image.height) * gaze.zoom;
  return clampedGaze(image, panel, {
    zoom: gaze.zoom,
    x: gaze.x - dx / (image.width * scale),
    y: gaze.y - dy / (image.height * scale),
  });
}

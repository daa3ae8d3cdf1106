/** Draws one panel: black, the image, and over it what a method says. */
import type { Extent, Viewport } from './viewport.ts';

export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Outline {
  /** In map pixels. */
  readonly path: Path2D;
  /** `#rrggbb`. */
  readonly color: string;
}

export interface Overlay {
  readonly opacity: number;
  /** The colored map, and in its place the outlines of its parts where only those are asked for. */
  readonly colors: HTMLCanvasElement | OffscreenCanvas;
  readonly outlines: readonly Outline[] | null;
  /** The rectangle of the source image that the map covers, in source pixels. */
  readonly placement: Placement;
}

export interface Scene {
  /** The rendering of the source; it is stretched to `source`, its true size in pixels. */
  readonly image: CanvasImageSource | null;
  readonly source: Extent;
  readonly viewport: Viewport;
  readonly overlay: Overlay | null;
  /** A second overlay, shown from `border` (0 … 1 of the panel's width) to the right in place of the first. */
  readonly swipe?: { readonly overlay: Overlay | null; readonly border: number } | null;
}

interface Ground {
  readonly key: string;
  readonly canvas: OffscreenCanvas;
}

const blank = {};
const grounds = new WeakMap<object, Ground>();

/** Black and the image at its place. All panels of one size share it, so a slider redraws maps alone. */
function groundOf(
  image: CanvasImageSource | null,
  source: Extent,
  { scale, offsetX, offsetY }: Viewport,
  { width, height }: Extent,
): OffscreenCanvas {
  const key = `${width} ${height} ${scale} ${offsetX} ${offsetY}`;
  const known = grounds.get(image ?? blank);
  if (known?.key === key) return known.canvas;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false })!;
  context.fillStyle = '#000';
  context.fillRect(0, 0, width, height);
  context.setTransform(scale, 0, 0, scale, offsetX, offsetY);
  // Pixels are shown as pixels once they are large enough to be told apart.
  context.imageSmoothingEnabled = scale < 4;
  context.imageSmoothingQuality = 'high';
  if (image) context.drawImage(image, 0, 0, source.width, source.height);
  grounds.set(image ?? blank, { key, canvas });
  return canvas;
}

export function drawPanel(context: CanvasRenderingContext2D, scene: Scene): void {
  const { image, source, viewport, overlay, swipe } = scene;
  const { scale, offsetX, offsetY } = viewport;
  const ground = groundOf(image, source, viewport, context.canvas);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(ground, 0, 0);
  context.setTransform(scale, 0, 0, scale, offsetX, offsetY);
  if (!swipe) {
    if (overlay) drawOverlay(context, overlay, scale);
    return;
  }
  const { width, height } = context.canvas;
  const border = swipe.border * width;
  for (const [shown, from, to] of [
    [overlay, 0, border],
    [swipe.overlay, border, width],
  ] as const) {
    if (!shown) continue;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(from, 0, to - from, height);
    context.clip();
    context.setTransform(scale, 0, 0, scale, offsetX, offsetY);
    drawOverlay(context, shown, scale);
    context.restore();
  }
}

function drawOverlay(context: CanvasRenderingContext2D, overlay: Overlay, scale: number): void {
  const { placement, colors, outlines, opacity } = overlay;
  context.save();
  context.globalAlpha = opacity;
  context.translate(placement.x, placement.y);
  context.scale(placement.width / colors.width, placement.height / colors.height);
  const mapScale = (scale * placement.width) / colors.width;
  if (outlines) {
    context.lineJoin = 'round';
    const stroke = (path: Path2D, color: string, width: number) => {
      context.strokeStyle = color;
      context.lineWidth = (width * devicePixelRatio) / mapScale;
      context.stroke(path);
    };
    // A dark line below the bright ones keeps the outlines visible on white.
    for (const { path } of outlines) stroke(path, '#000', 3.5);
    for (const { path, color } of outlines) stroke(path, color, 1.5);
  } else {
    // One value stays one square, unless there are more values than pixels.
    context.imageSmoothingEnabled = mapScale < 1;
    context.imageSmoothingQuality = mapScale < 0.5 ? 'medium' : 'low';
    context.drawImage(colors, 0, 0);
  }
  context.restore();
}

/** Draws a picture panel: black, the image (dimmed below a map), the colored map, the rim of the lesion, marks. */
import { interpolateGreys, interpolateTurbo } from 'd3-scale-chromatic';
import { colorTable } from '../color-table.ts';
import { paintMapInto } from '../paint-map.ts';
import type { MapLayer, PicturePanel } from './frame.ts';

/** Below a map the image is context, no more. */
const dimmed = 0.5;
const rimColor = '#5cc8ff';

/** RGBA of 256 steps. `gray` and `rainbow` are there to be compared, nowhere else. */
export function layerTable({
  colors,
  signed,
}: Pick<MapLayer, 'colors' | 'signed'>): Uint8ClampedArray<ArrayBuffer> {
  const interpolate =
    colors === 'gray'
      ? (t: number) => interpolateGreys(1 - t)
      : colors === 'rainbow'
        ? interpolateTurbo
        : null;
  if (!interpolate) return colorTable(colors ?? '', signed);
  const table = colorTable('', signed).slice();
  for (let i = 0; i < 256; i++) {
    const [red, green, blue] = interpolate(i / 255)
      .match(/\d+/g)!
      .map(Number) as [number, number, number];
    table.set([red, green, blue], 4 * i);
    // As rainbows are laid over images: zero is colored too.
    if (colors === 'rainbow') table[4 * i + 3] = 170;
  }
  return table;
}

export function drawPicture(canvas: HTMLCanvasElement, panel: PicturePanel): void {
  const { width, height, gray, map, outline, marks } = panel;
  const context = canvas.getContext('2d')!;
  const { width: across, height: down } = canvas;
  context.fillStyle = '#000';
  context.fillRect(0, 0, across, down);
  // Small grids are shown as the squares they are.
  context.imageSmoothingEnabled = width >= 100;
  context.imageSmoothingQuality = 'high';
  if (gray) context.drawImage(grayCanvas(gray, width, height, map ? dimmed : 1), 0, 0, across, down);
  if (map) context.drawImage(mapCanvas(map, width, height), 0, 0, across, down);
  const scale = across / width;
  if (outline) strokeRims(context, outline, { width, height, scale });
  for (const [x, y] of marks ?? []) {
    context.beginPath();
    context.arc(x * scale, y * scale, 0.016 * across, 0, 2 * Math.PI);
    context.fillStyle = '#ffb020';
    context.strokeStyle = '#000';
    context.lineWidth = 0.006 * across;
    context.fill();
    context.stroke();
  }
}

function grayCanvas(gray: Float32Array, width: number, height: number, light: number): OffscreenCanvas {
  const picture = new ImageData(width, height);
  gray.forEach((value, i) => {
    const level = 255 * light * Math.min(1, Math.max(0, value));
    picture.data.set([level, level, level, 255], 4 * i);
  });
  return canvasOf(picture);
}

function mapCanvas(map: MapLayer, width: number, height: number): OffscreenCanvas {
  const picture = new ImageData(width, height);
  const { values, signed, limit, threshold = 0 } = map;
  const shown = { table: layerTable(map), signed, limit, threshold };
  paintMapInto(picture.data, { width, height, values, sortedMagnitudes: values }, shown);
  return canvasOf(picture);
}

function canvasOf(picture: ImageData): OffscreenCanvas {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext('2d')!.putImageData(picture, 0, 0);
  return canvas;
}

/** Lines between pixels of different value: the rim of a mask, the borders of segments. */
function strokeRims(
  context: CanvasRenderingContext2D,
  labels: Uint8Array,
  { width, height, scale }: { readonly width: number; readonly height: number; readonly scale: number },
): void {
  const path = new Path2D();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (x + 1 < width && labels[at] !== labels[at + 1]) {
        path.moveTo((x + 1) * scale, y * scale);
        path.lineTo((x + 1) * scale, (y + 1) * scale);
      }
      if (y + 1 < height && labels[at] !== labels[at + width]) {
        path.moveTo(x * scale, (y + 1) * scale);
        path.lineTo((x + 1) * scale, (y + 1) * scale);
      }
    }
  }
  context.strokeStyle = rimColor;
  context.lineWidth = Math.max(1, 0.6 * scale);
  context.lineCap = 'square';
  context.stroke(path);
}

/**
 * Dilation of regions by a disk: a pixel belongs to the result where a pixel of the region lies within
 * x² + y² ≤ radius². Done by rows: the distance to the nearest region pixel in each row against the half
 * width of the disk at that height, inside the region's own bounding box only.
 */
import { type Regions, regionPixels, regionsOf } from './regions.ts';

/** Every region dilated, clipped at the image border. */
export function dilateByDisk(regions: Regions, radius: number): Regions {
  const halfWidths = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.floor(Math.sqrt(radius * radius - (i - radius) ** 2)),
  );
  const scratch = new Int16Array(regions.height * regions.width);
  const lists = Array.from({ length: regions.count }, (_, r) =>
    dilateOne(regionPixels(regions, r), regions, radius, halfWidths, scratch),
  );
  return regionsOf(regions.height, regions.width, lists);
}

interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function dilateOne(
  pixels: Uint32Array,
  { height, width }: Regions,
  radius: number,
  halfWidths: readonly number[],
  distances: Int16Array,
): Uint32Array {
  const inner = boundingBox(pixels, width);
  const left = Math.max(0, inner.left - radius);
  const right = Math.min(width - 1, inner.right + radius);
  const top = Math.max(0, inner.top - radius);
  const bottom = Math.min(height - 1, inner.bottom + radius);
  rowDistancesInto(distances, pixels, width, { ...inner, left, right }, radius);
  const found: number[] = [];
  for (let y = top; y <= bottom; y++) {
    const firstRow = Math.max(inner.top, y - radius);
    const lastRow = Math.min(inner.bottom, y + radius);
    for (let x = left; x <= right; x++) {
      for (let row = firstRow; row <= lastRow; row++) {
        if (distances[row * width + x]! > halfWidths[row - y + radius]!) continue;
        found.push(y * width + x);
        break;
      }
    }
  }
  return Uint32Array.from(found);
}

/** For each pixel of the box the distance along the row to the region, or radius + 1 where it is farther. */
function rowDistancesInto(
  distances: Int16Array,
  pixels: Uint32Array,
  width: number,
  box: Box,
  radius: number,
): void {
  const far = radius + 1;
  for (let y = box.top; y <= box.bottom; y++) {
    distances.fill(far, y * width + box.left, y * width + box.right + 1);
  }
  for (const pixel of pixels) distances[pixel] = 0;
  for (let y = box.top; y <= box.bottom; y++) {
    const row = y * width;
    for (let i = row + box.left + 1; i <= row + box.right; i++) {
      distances[i] = Math.min(distances[i]!, distances[i - 1]! + 1);
    }
    for (let i = row + box.right - 1; i >= row + box.left; i--) {
      distances[i] = Math.min(distances[i]!, distances[i + 1]! + 1);
    }
  }
}

function boundingBox(pixels: Uint32Array, width: number): Box {
  let [left, right] = [width, 0];
  for (const pixel of pixels) {
    const x = pixel % width;
    if (x < left) left = x;
    if (x > right) right = x;
  }
  const top = Math.floor(pixels[0]! / width);
  const bottom = Math.floor(pixels[pixels.length - 1]! / width);
  return { top, bottom, left, right };
}

/** Blur, resize, segmentation and dilation against scipy and scikit-image, as PAIR saliency uses them. */
import { describe, expect, test } from 'vitest';
import { gaussianBlur } from '../../../shared/imaging/gaussian.ts';
import { gaussianScaleSpace } from '../../../shared/imaging/gaussian-scale-space.ts';
import { dilateByDisk } from '../../../shared/segmentation/dilation.ts';
import { edgeGraph, felzenszwalb } from '../../../shared/segmentation/felzenszwalb.ts';
import { segmentationImage } from '../../../shared/segmentation/image-regions.ts';
import { nearestResize } from '../../../shared/segmentation/nearest-resize.ts';
import { regionPixels, regionsOf } from '../../../shared/segmentation/regions.ts';
import { golden, goldenMissing, relativeL2, report } from '../attribution/golden.ts';
import { adjustedRandIndex } from './adjusted-rand.ts';

const FOLDER = 'imaging/rgb96x80';
const SCALES = [50, 100, 150, 250, 500, 1200];

describe.skipIf(goldenMissing)(FOLDER, () => {
  /** Row-major planes of an HWC array. */
  function planes(name: string): { planes: Float64Array[]; height: number; width: number } {
    const { shape, data } = golden(FOLDER, name);
    const [height, width, channels] = shape as [number, number, number];
    const cut = (c: number) =>
      Float64Array.from({ length: height * width }, (_, p) => data[p * channels + c]!);
    return { planes: Array.from({ length: channels }, (_, c) => cut(c)), height, width };
  }

  /** HWC again. */
  function interleave(parts: readonly Float64Array[]): Float64Array {
    return Float64Array.from(
      { length: parts.length * parts[0]!.length },
      (_, i) => parts[i % parts.length]![Math.floor(i / parts.length)]!,
    );
  }

  test.each(['0.5', '1.0', '3.3', '12.0', '50.0'])(
    'Gaussian blur of σ = %s, directly and by scale space',
    (sigma) => {
      const image = planes('image');
      const expected = golden(FOLDER, `expect_gaussian_${sigma}`);
      const direct = image.planes.map((p) => gaussianBlur(p, image.height, image.width, Number(sigma)));
      const scaled = image.planes.map((p) => {
        const out = new Float64Array(p.length);
        const space = gaussianScaleSpace(p, image.height, image.width);
        space.at(Number(sigma), 0.01, out, new Float64Array(p.length));
        return out;
      });
      for (const [how, found] of [
        ['direct', direct],
        ['scale space', scaled],
      ] as const) {
        const error = relativeL2({ shape: expected.shape, data: interleave(found) }, expected);
        report(`${FOLDER}/gaussian_${sigma} (${how})`, error, 'rel L2 <= 1e-6');
        expect(error).toBeLessThanOrEqual(1e-6);
      }
    },
  );

  test('the image stretched and resized for segmentation', () => {
    const image = planes('image');
    const expected = golden(FOLDER, 'expect_normalized_224');
    const found = interleave(segmentationImage(image.planes, image));
    const worst = expected.data.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
    report(`${FOLDER}/normalized_224`, worst, 'max abs <= 1e-2');
    expect(worst).toBeLessThanOrEqual(1e-2);
  });

  test.each(SCALES)('segments at scale %i, and resized back', (scale) => {
    const normalized = planes('expect_normalized_224');
    const expected = golden(FOLDER, `expect_felzenszwalb_${scale}`);
    const labels = felzenszwalb(edgeGraph(normalized.planes, 224, 224), scale, 150);
    const index = adjustedRandIndex(labels, expected.data);
    report(`${FOLDER}/felzenszwalb_${scale}`, 1 - index, '1 - adjusted Rand <= 0.02');
    expect(index).toBeGreaterThanOrEqual(0.98);
    const theirs = Int32Array.from(expected.data);
    const back = nearestResize(theirs, { height: 224, width: 224 }, { height: 96, width: 80 });
    expect([...back]).toEqual([...golden(FOLDER, `expect_felzenszwalb_${scale}_back`).data]);
  });

  test('dilation by a disk of radius 5, to the pixel', () => {
    const mask = golden(FOLDER, 'mask');
    const pixels = Uint32Array.from(mask.data.keys()).filter((p) => mask.data[p]);
    const dilated = dilateByDisk(regionsOf(96, 80, [pixels]), 5);
    const expected = golden(FOLDER, 'expect_mask_dilated_disk5').data;
    const found = new Uint8Array(96 * 80);
    for (const pixel of regionPixels(dilated, 0)) found[pixel] = 1;
    expect([...found]).toEqual([...expected]);
  });
});

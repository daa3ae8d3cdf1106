/**
 * What XRAI costs beside the model, at 224×224×3: `node tests/bench/segmentation/xrai-regions.ts`.
 * Budgets: six scales of segments 150 ms, full search over their regions 15 ms (median, 2 cores, nothing else
 * running). The image is smoothed noise, which gives some 230 regions.
 */
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { gaussianBlur } from '../../../shared/imaging/gaussian.ts';
import { segmentAtScales, xraiRegions } from '../../../shared/segmentation/image-regions.ts';
import { searchFast, searchFull } from '../../../shared/segmentation/region-search.ts';

const SIDE = 224;
const RUNS = 9;
const extent = { height: SIDE, width: SIDE };
const random = xoshiro(1);
const noise = (): Float64Array => Float64Array.from({ length: SIDE * SIDE }, () => random.uniform());
const planes = [0, 1, 2].map(() => gaussianBlur(noise(), SIDE, SIDE, 3.5, 'reflect'));
const attribution = gaussianBlur(noise(), SIDE, SIDE, 3).map((value) => value - 0.4);
const regions = xraiRegions(planes, extent);

function report(name: string, work: () => unknown): void {
  const times: number[] = [];
  for (let run = -2; run < RUNS; run++) {
    const begin = performance.now();
    work();
    if (run >= 0) times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  console.log(`${name}: ${times[0]!.toFixed(1)} ms best, ${times[RUNS >> 1]!.toFixed(1)} median`);
}

console.log(`${regions.count} regions, ${regions.pixels.length} pixels in them`);
report('six scales of segments', () => segmentAtScales(planes, extent));
report('regions, dilated (segments included)', () => xraiRegions(planes, extent));
report('full search', () => searchFull(regions, attribution, 1));
report('fast search', () => searchFast(regions, attribution));

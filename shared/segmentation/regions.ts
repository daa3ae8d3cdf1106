/** Pixel sets that may overlap, as one compact table: region r is pixels[offsets[r] … offsets[r + 1] − 1]. */
export interface Regions {
  readonly height: number;
  readonly width: number;
  readonly count: number;
  readonly offsets: Uint32Array;
  /** Row-major pixel indices, ascending within a region. */
  readonly pixels: Uint32Array;
}

/** The pixels of one region (a view). */
export function regionPixels(regions: Regions, region: number): Uint32Array {
  return regions.pixels.subarray(regions.offsets[region]!, regions.offsets[region + 1]!);
}

/** One region per pixel list, in order. */
export function regionsOf(height: number, width: number, lists: readonly Uint32Array[]): Regions {
  const offsets = new Uint32Array(lists.length + 1);
  lists.forEach((list, r) => {
    offsets[r + 1] = offsets[r]! + list.length;
  });
  const pixels = new Uint32Array(offsets[lists.length]!);
  lists.forEach((list, r) => {
    pixels.set(list, offsets[r]!);
  });
  return { height, width, count: lists.length, offsets, pixels };
}

/** One region for each label of each map, in order; labels that no pixel has are left out. */
export function regionsOfLabels(height: number, width: number, maps: readonly Int32Array[]): Regions {
  const lists = maps.flatMap((labels) => {
    const highest = labels.reduce((most, label) => Math.max(most, label), 0);
    const counts = new Uint32Array(highest + 1);
    for (const label of labels) counts[label]!++;
    const found = Array.from(counts, (count) => new Uint32Array(count));
    const filled = new Uint32Array(highest + 1);
    labels.forEach((label, pixel) => {
      found[label]![filled[label]!++] = pixel;
    });
    return found.filter((list) => list.length > 0);
  });
  return regionsOf(height, width, lists);
}

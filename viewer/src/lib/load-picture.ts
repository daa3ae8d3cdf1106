/** Pictures and maps of a run, fetched and decoded. A failure throws an Error with words for a reader. */
import { type AttributionMap, readAttributionMap } from './attribution-map.ts';

/** The de-identified rendering as pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

async function bytesOf(url: string, what: string): Promise<Blob> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`${what} cannot be reached`, { cause });
  });
  if (!response.ok) throw new Error(`${what} cannot be read (status ${response.status})`);
  return response.blob();
}

export async function loadPicture(url: string): Promise<Picture> {
  const bitmap = await createImageBitmap(await bytesOf(url, 'The image'));
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, pixels: context.getImageData(0, 0, width, height).data as Picture['pixels'] };
}

export async function loadMap(url: string): Promise<AttributionMap> {
  return readAttributionMap(new Uint8Array(await (await bytesOf(url, 'The map')).arrayBuffer()));
}

/** How far the engine is, in words. `arrived`: the share of its file that is here, 0 where that is unknown. */
export function loadingWords(arrived: number): string {
  if (arrived >= 1) return 'Opening the model …';
  return arrived > 0
    ? `Loading the engine, ${Math.floor(100 * arrived)} % of 14 MB …`
    : 'Loading the engine …';
}

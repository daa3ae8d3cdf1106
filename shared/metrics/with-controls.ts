/** A metric of a map, always beside the same metric of maps that know nothing of the model. */
export interface Controlled<R> {
  readonly map: R;
  readonly random: R;
  readonly edges: R;
}

/** `measure` is called three times, in order; the controls come from `controlMaps`. */
export async function withControls<R>(
  map: ArrayLike<number>,
  controls: { readonly random: ArrayLike<number>; readonly edges: ArrayLike<number> },
  measure: (map: ArrayLike<number>) => Promise<R>,
): Promise<Controlled<R>> {
  return {
    map: await measure(map),
    random: await measure(controls.random),
    edges: await measure(controls.edges),
  };
}

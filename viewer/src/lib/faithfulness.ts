/** Insertion and deletion figures as the panel shows them. */

/** Insertion − deletion: one figure, since either alone can be high for any map of an easy image. */
export function margin({ insertion, deletion }: { insertion: number; deletion: number }): number {
  return insertion - deletion;
}

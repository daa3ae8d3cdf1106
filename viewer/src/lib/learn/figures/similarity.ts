/** Structural similarity of two maps of the figures, by magnitude. */
import { structuralSimilarity } from '../../../../../shared/metrics/structural-similarity.ts';
import { side } from '../lab.ts';

export const similarityTo = (a: Float32Array, b: Float32Array): number =>
  structuralSimilarity(a.map(Math.abs), b.map(Math.abs), { height: side, width: side });

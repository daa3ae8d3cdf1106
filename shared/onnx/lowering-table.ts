/** The lowering table: every operator that is said in terms of others when a model is specialized. */
import { ARITHMETIC_LOWERINGS } from './lower/arithmetic.ts';
import { NORMALIZATION_LOWERINGS } from './lower/normalization.ts';
import { RESIZE_LOWERINGS } from './lower/resize.ts';
import { SHAPE_LOWERINGS } from './lower/shape.ts';
import { WINDOW_LOWERINGS } from './lower/window.ts';
import type { Lowering } from './lowering.ts';

export const LOWERING_TABLE: readonly Lowering[] = [
  ...ARITHMETIC_LOWERINGS,
  ...NORMALIZATION_LOWERINGS,
  ...RESIZE_LOWERINGS,
  ...SHAPE_LOWERINGS,
  ...WINDOW_LOWERINGS,
];

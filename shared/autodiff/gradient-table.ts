/** The gradient table: every operator of a lowered graph that has a derivative. */
import type { GradientRule } from './gradient-rule.ts';
import { ACTIVATION_RULES } from './rules/activation.ts';
import { ARITHMETIC_RULES } from './rules/arithmetic.ts';
import { CONVOLUTION_RULES } from './rules/convolution.ts';
import { MATRIX_RULES } from './rules/matrix.ts';
import { MOVEMENT_RULES } from './rules/movement.ts';
import { POOLING_RULES } from './rules/pooling.ts';
import { REDUCTION_RULES } from './rules/reduction.ts';

export const GRADIENT_TABLE: readonly GradientRule[] = [
  ...ACTIVATION_RULES,
  ...ARITHMETIC_RULES,
  ...CONVOLUTION_RULES,
  ...MATRIX_RULES,
  ...MOVEMENT_RULES,
  ...POOLING_RULES,
  ...REDUCTION_RULES,
];

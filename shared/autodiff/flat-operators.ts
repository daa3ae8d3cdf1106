/**
 * Operators whose derivative is zero wherever it exists: steps, comparisons, positions, truth values. They need no rule.
 * Any other operator without a rule would lose its part of the gradient unsaid, so it is refused.
 */
export const FLAT_OPERATORS: ReadonlySet<string> = new Set(
  'Sign Floor Ceil Round Not And Or Equal Less LessOrEqual Greater GreaterOrEqual IsNaN IsInf ArgMax ArgMin Range'.split(
    ' ',
  ),
);

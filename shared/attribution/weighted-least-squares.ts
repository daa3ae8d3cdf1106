/**
 * Weighted ridge regression: argmin Σ wₛ (yₛ − zₛ·β)² + ridge·‖β‖², by the normal equations and Cholesky's
 * factorization (Golub & Van Loan, Matrix computations, algorithm 4.2.1). Dense; for some hundred columns.
 */

/** The normal equations, filled row by row. */
export interface NormalEquations {
  readonly columns: number;
  /** Adds one observation. */
  add(row: ArrayLike<number>, value: number, weight: number): void;
  /** β. A column that no observation tells apart gets 0 where `ridge` is 0. */
  solve(ridge: number): Float64Array;
}

export function normalEquations(columns: number): NormalEquations {
  const matrix = new Float64Array(columns * columns);
  const right = new Float64Array(columns);
  return {
    columns,
    add(row, value, weight) {
      for (let i = 0; i < columns; i++) {
        const scaled = weight * row[i]!;
        if (scaled === 0) continue;
        right[i]! += scaled * value;
        for (let j = 0; j <= i; j++) matrix[i * columns + j]! += scaled * row[j]!;
      }
    },
    solve(ridge) {
      const factor = matrix.slice();
      for (let i = 0; i < columns; i++) factor[i * columns + i]! += ridge;
      choleskyInto(factor, columns);
      return substitute(factor, right, columns);
    },
  };
}

/** The lower factor; a pivot that is zero to rounding makes its row and column zero. */
function choleskyInto(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    const scale = a[j * n + j]!;
    let pivot = scale;
    for (let k = 0; k < j; k++) pivot -= a[j * n + k]! ** 2;
    const root = pivot > 1e-12 * scale ? Math.sqrt(pivot) : 0;
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = root > 0 ? sum / root : 0;
    }
  }
}

function substitute(factor: Float64Array, right: Float64Array, n: number): Float64Array {
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!;
    x[i] = factor[i * n + i]! > 0 ? x[i]! / factor[i * n + i]! : 0;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!;
    x[i] = factor[i * n + i]! > 0 ? x[i]! / factor[i * n + i]! : 0;
  }
  return x;
}

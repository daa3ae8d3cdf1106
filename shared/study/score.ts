/** Softmax, cross-entropy and accuracy of logits, in float64. */

/** Probabilities of each row of logits [N, K]. */
export function softmaxRows(logits: Float32Array, classes: number): number[][] {
  return Array.from({ length: logits.length / classes }, (_, n) => {
    const row = Array.from(logits.subarray(n * classes, (n + 1) * classes));
    const most = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - most));
    const total = powers.reduce((sum, value) => sum + value, 0);
    return powers.map((value) => value / total);
  });
}

export interface Score {
  /** Sum of −log p(label), in nats. */
  readonly loss: number;
  /** Images whose most probable class is the label. */
  readonly right: number;
}

/** Of the first `labels.length` rows. Not finite where a logit is not. */
export function scoreLogits(logits: Float32Array, classes: number, labels: readonly number[]): Score {
  let loss = 0;
  let right = 0;
  labels.forEach((label, n) => {
    const row = Array.from(logits.subarray(n * classes, (n + 1) * classes));
    const most = Math.max(...row);
    const total = row.reduce((sum, value) => sum + Math.exp(value - most), 0);
    loss += Math.log(total) + most - row[label]!;
    if (row.indexOf(most) === label) right++;
  });
  return { loss, right };
}

/**
 * Whether a probability means what it says. Images are binned by the probability of their predicted class:
 *   ECE = Σ_b |b|/N · |accuracy(b) − confidence(b)|   (Guo, Pleiss, Sun & Weinberger 2017)
 *   Brier = 1/N Σ_n Σ_k (p_nk − [k = label_n])²       (Brier 1950; 0 to 2, lower is better)
 */
export interface Answer {
  readonly label: number;
  readonly probabilities: readonly number[];
}

export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Means over the bin; null where it is empty. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

export interface Calibration {
  readonly expectedError: number;
  readonly brier: number;
  readonly bins: ReliabilityBin[];
}

/** `bins` of equal width over [0, 1]; a confidence on an edge belongs to the bin below it. */
export function calibrationOf(answers: readonly Answer[], bins = 10): Calibration {
  const sums = Array.from({ length: bins }, () => ({ images: 0, confidence: 0, right: 0 }));
  let brier = 0;
  for (const { label, probabilities } of answers) {
    const confidence = Math.max(...probabilities);
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))]!;
    bin.images++;
    bin.confidence += confidence;
    if (probabilities.indexOf(confidence) === label) bin.right++;
    probabilities.forEach((p, k) => {
      brier += (p - (k === label ? 1 : 0)) ** 2;
    });
  }
  const gap = sums.reduce((sum, { confidence, right }) => sum + Math.abs(right - confidence), 0);
  return {
    expectedError: gap / answers.length,
    brier: brier / answers.length,
    bins: sums.map(({ images, confidence, right }, bin) => ({
      low: bin / bins,
      high: (bin + 1) / bins,
      images,
      confidence: images === 0 ? null : Math.min(1, confidence / images),
      accuracy: images === 0 ? null : right / images,
    })),
  };
}

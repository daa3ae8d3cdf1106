/** Adjusted Rand index of two labelings (Hubert & Arabie 1985): 1 for the same partition, 0 by chance. */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`expected ${b.length} labels, got ${a.length}`);
  const both = new Map<string, number>();
  const [ofA, ofB] = [new Map<number, number>(), new Map<number, number>()];
  for (let i = 0; i < a.length; i++) {
    const key = `${a[i]},${b[i]}`;
    both.set(key, (both.get(key) ?? 0) + 1);
    ofA.set(a[i]!, (ofA.get(a[i]!) ?? 0) + 1);
    ofB.set(b[i]!, (ofB.get(b[i]!) ?? 0) + 1);
  }
  const pairs = (counts: Iterable<number>): number =>
    [...counts].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const [agree, inA, inB] = [pairs(both.values()), pairs(ofA.values()), pairs(ofB.values())];
  const chance = (inA * inB) / ((a.length * (a.length - 1)) / 2);
  const most = (inA + inB) / 2;
  return most === chance ? 1 : (agree - chance) / (most - chance);
}

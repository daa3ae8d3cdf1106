/** Union-find (Tarjan 1975) over 0 … count − 1, with path halving and union by size: near-linear for any order. */
export class DisjointSets {
  readonly #parent: Int32Array;
  readonly #size: Int32Array;

  constructor(count: number) {
    this.#parent = Int32Array.from({ length: count }, (_, member) => member);
    this.#size = new Int32Array(count).fill(1);
  }

  root(member: number): number {
    let at = member;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at]!]!;
      at = this.#parent[at]!;
    }
    return at;
  }

  union(a: number, b: number): void {
    let [large, small] = [this.root(a), this.root(b)];
    if (large === small) return;
    if (this.#size[large]! < this.#size[small]!) [large, small] = [small, large];
    this.#parent[small] = large;
    this.#size[large]! += this.#size[small]!;
  }

  /** Of each member the number of its set; sets are numbered in the order of their first members. */
  numbers(): number[] {
    const known = new Map<number, number>();
    return Array.from(this.#parent, (_, member) => {
      const root = this.root(member);
      const number = known.get(root) ?? known.size;
      known.set(root, number);
      return number;
    });
  }
}

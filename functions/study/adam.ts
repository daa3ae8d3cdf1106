/**
 * Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019):
 *   m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − η (m̂ / (√v̂ + ε) + λθ)
 */
import type { Tensor32 } from '../../shared/tensor/tensor.ts';

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** λ; applied to tensors of two or more axes, so never to biases. */
  readonly weightDecay?: number;
}

interface Moments {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** The optimizer's state over time: one pair of moments per parameter. */
export class Adam {
  readonly #options: Required<AdamOptions>;
  readonly #moments = new Map<string, Moments>();
  #step = 0;

  constructor(options: AdamOptions = {}) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
    this.#options = { beta1, beta2, epsilon, weightDecay };
  }

  /** Changes `parameters` in place by one step against `gradients` (same names and lengths). */
  stepInto(
    parameters: ReadonlyMap<string, Tensor32>,
    gradients: ReadonlyMap<string, Tensor32>,
    learningRate: number,
  ): void {
    this.#step++;
    for (const [name, parameter] of parameters) {
      const gradient = gradients.get(name);
      if (gradient === undefined) throw new Error(`internal: no gradient for parameter ${name}`);
      this.#update(name, parameter, gradient.data, learningRate);
    }
  }

  #update(name: string, { data, shape }: Tensor32, gradient: Float32Array, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const { first, second } = this.#momentsOf(name, data.length);
    const decay = shape.length > 1 ? weightDecay : 0;
    const correction1 = 1 - beta1 ** this.#step;
    const correction2 = 1 - beta2 ** this.#step;
    for (let i = 0; i < data.length; i++) {
      const slope = gradient[i]!;
      first[i] = beta1 * first[i]! + (1 - beta1) * slope;
      second[i] = beta2 * second[i]! + (1 - beta2) * slope * slope;
      const direction = first[i]! / correction1 / (Math.sqrt(second[i]! / correction2) + epsilon);
      data[i] = data[i]! - learningRate * (direction + decay * data[i]!);
    }
  }

  #momentsOf(name: string, length: number): Moments {
    const known = this.#moments.get(name);
    if (known !== undefined) return known;
    const fresh = { first: new Float64Array(length), second: new Float64Array(length) };
    this.#moments.set(name, fresh);
    return fresh;
  }
}

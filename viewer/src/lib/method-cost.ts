/** What a method used of the model, in words: `64 gradients`, `784 forward passes`. */
import { count } from './figures.ts';
import type { CompletedMethod } from './manifest-store.ts';

export function modelCalls({ gradients, forwards }: Pick<CompletedMethod, 'gradients' | 'forwards'>): string {
  if (gradients > 0) return count(gradients, 'gradient');
  return forwards === 1 ? '1 forward pass' : `${forwards.toLocaleString('en-US')} forward passes`;
}

/** What page and worker of the figures say to each other. */
import type { Fault } from '../../../../shared/manifest/method-result.ts';
import type { FigureName } from './figures/figures.ts';
import type { Frame } from './frame.ts';

export type ToLab =
  | { readonly id: number; readonly call: 'frame'; readonly figure: FigureName; readonly value: number }
  | { readonly id: number; readonly call: 'cancel' };

export type FromLab =
  | { readonly kind: 'loading'; readonly fraction: number }
  | { readonly kind: 'ready' }
  | { readonly id: number; readonly kind: 'progress'; readonly fraction: number }
  | { readonly id: number; readonly kind: 'frame'; readonly frame: Frame }
  | { readonly id: number; readonly kind: 'cancelled' }
  | { readonly id: number; readonly kind: 'fault'; readonly fault: Fault };

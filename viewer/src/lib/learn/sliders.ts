/** The one slider of each figure: its positions, where it starts, and how a position is said. */
import type { FigureName } from './figures/figures.ts';

export interface FigureSlider {
  readonly label: string;
  readonly values: readonly number[];
  /** Index into `values`. */
  readonly start: number;
  readonly text: (value: number) => string;
}

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => Number((from + i * step).toFixed(4)));
const percents = (value: number) => `${Math.round(100 * value)} %`;
const ofSix = (value: number) => `${value} of 6`;
const counted = (noun: string) => (value: number) => `${value} ${noun}${value === 1 ? '' : 's'}`;
const slider = (
  label: string,
  values: readonly number[],
  start: number,
  text: (value: number) => string,
): FigureSlider => ({ label, values, start: values.indexOf(start), text });

const grayLevel = (value: number) =>
  value === 0 ? 'black' : value === 1 ? 'white' : `gray ${value.toFixed(2)}`;
const position = (value: number) => (value === 0 ? 'baseline' : value === 1 ? 'image' : percents(value));
const colors = ['inferno', 'viridis', 'cividis', 'gray', 'rainbow'];
const maps = ['integrated gradients', 'Grad-CAM', 'guided backpropagation', 'edges alone', 'random'];

export const sliders: Readonly<Record<FigureName, FigureSlider>> = {
  convolution: slider('Filter', range(0, 7, 1), 0, (value) => `${value + 1} of 8`),
  'feature-maps': slider('Block', range(1, 5, 1), 3, (value) => `${value} of 5`),
  'fully-connected': slider('Maps counted', range(0, 48, 1), 12, (value) => `${value} of 48`),
  softmax: slider('Lesion faded in', range(0, 1, 0.025), 0.5, percents),
  'local-explanations': slider('Head', range(0, 11, 1), 1, (value) => `${value + 1} of 12`),
  'mean-over-set': slider('Heads', [1, 2, 4, 8, 16, 24], 8, counted('head')),
  'class-prototype': slider('Steps in each size', [1, 2, 4, 8, 16, 32], 16, String),
  'gradient-slope': slider(
    'Step along the gradient',
    range(-0.02, 0.02, 0.001),
    0.006,
    (value) => `${(255 * value).toFixed(1).replace('-', '−')} gray levels`,
  ),
  'input-times-gradient': slider('Baseline', range(0, 1, 0.05), 0, grayLevel),
  'smooth-grad': slider('Noise', range(0, 0.5, 0.025), 0.1, percents),
  'guided-backprop': slider('Random layers', range(0, 6, 1), 3, ofSix),
  'ig-path': slider(
    'Position on the path',
    range(0, 48, 1).map((k) => k / 48),
    24 / 48,
    position,
  ),
  'ig-steps': slider('Steps', [1, 2, 4, 8, 16, 32, 64], 8, String),
  'guided-path': slider(
    'Position on the path',
    range(0, 40, 1).map((k) => k / 40),
    20 / 40,
    position,
  ),
  'blur-path': slider(
    'Blur',
    range(0, 48, 1).map((k) => Number((12 * (k / 48) ** 2).toFixed(4))),
    3,
    (value) => `σ = ${value.toFixed(1)} pixels`,
  ),
  'expected-gradients': slider('Baselines drawn', [1, 2, 4, 8, 16, 32, 64], 16, String),
  'idgi-steps': slider('Steps', [1, 2, 4, 8, 16, 32, 64], 16, String),
  'class-activation': slider('Layer', range(1, 5, 1), 5, (value) => `block ${value}`),
  'xrai-regions': slider(
    'Best regions',
    [1, 2, 3, 5, 8, 12, 20, 30, 50, 75, 100],
    5,
    (value) => `${value} % of the area`,
  ),
  'occlusion-window': slider('Window', range(6, 48, 3), 24, (value) => `${value} × ${value} pixels`),
  'rise-masks': slider('Masks', [8, 16, 32, 64, 128, 256, 512], 128, String),
  lime: slider('Coalitions', [8, 16, 32, 64, 128, 256], 128, String),
  'kernel-shap': slider('Coalitions', [8, 16, 32, 64, 128, 256], 128, String),
  'randomized-weights': slider('Random layers', range(0, 6, 1), 2, ofSix),
  'wrong-answers': slider('Image', range(1, 6, 1), 2, (value) => `${value} of 6`),
  'dark-lesion': slider('Baseline', range(0, 1, 0.1), 0, grayLevel),
  normalization: slider('Lesion faded in', range(0, 1, 0.05), 0.25, percents),
  'color-maps': slider('Colors', range(1, 5, 1), 1, (value) => colors[value - 1]!),
  insertion: slider(
    'Pixels',
    [0, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 40, 50, 60, 70, 80, 90, 100],
    3,
    (value) => `${value} %`,
  ),
  controls: slider('Map', range(1, 5, 1), 1, (value) => maps[value - 1]!),
  completeness: slider('Gradients', [4, 8, 16, 32], 16, String),
  'sanity-check': slider('Random layers', range(0, 6, 1), 3, ofSix),
};

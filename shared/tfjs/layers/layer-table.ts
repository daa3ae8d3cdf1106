/** Every Keras layer that is understood, by its class name. */
import type { LayerRules } from '../layer-rule.ts';
import { CONVOLUTION_RULES } from './convolution.ts';
import { ELEMENTWISE_RULES } from './elementwise.ts';
import { POOLING_RULES } from './pooling.ts';
import { SHAPE_RULES } from './shape.ts';

export const LAYER_TABLE: LayerRules = {
  ...CONVOLUTION_RULES,
  ...ELEMENTWISE_RULES,
  ...POOLING_RULES,
  ...SHAPE_RULES,
};

/** Layers that change images at random; left out, since an explanation is of the model itself. */
export const AUGMENTATION_LAYERS: ReadonlySet<string> = new Set([
  'RandomBrightness',
  'RandomContrast',
  'RandomErasing',
  'RandomFlip',
  'RandomRotation',
  'RandomShear',
  'RandomTranslation',
  'RandomZoom',
]);

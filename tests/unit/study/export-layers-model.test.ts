import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import { verifyLayersModel } from '../../../functions/study/verify-layers-model.ts';
import { xoshiro } from '../../../shared/attribution/noise/xoshiro.ts';
import { configurationSchema } from '../../../shared/manifest/study.ts';
import { readModel } from '../../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../../shared/onnx/supported-operators.ts';
import { classifierModel } from '../../../shared/study/classifier-model.ts';
import { initialParameters, studyNetwork } from '../../../shared/study/network.ts';
import { exportLayersModel } from '../../../shared/tfjs/export-layers-model.ts';

const runner = createOnnxRuntimeRunner({ threads: 1 });

function trained(changes: object, input: { channels: number; side: number; classes: number }): Uint8Array {
  const configuration = configurationSchema.parse({ blocks: 3, filters: 4, dense: 8, ...changes });
  const network = studyNetwork(configuration, input);
  const parameters = initialParameters(configuration, input, 7);
  const { uniform } = xoshiro(3);
  for (const [layer, channels] of network.normalized) {
    const drawn = (low: number) => Float32Array.from({ length: channels }, () => low + uniform());
    parameters.set(`${layer}.mean`, { shape: [channels], data: drawn(-0.5) });
    parameters.set(`${layer}.variance`, { shape: [channels], data: drawn(0.5) });
  }
  for (const [name, { data }] of parameters)
    if (name.endsWith('.bias'))
      data.forEach((_, i) => {
        data[i] = uniform() - 0.5;
      });
  return classifierModel(network, parameters);
}

describe('exportLayersModel', () => {
  it.each([
    { activation: 'relu', channels: 1, side: 20 },
    { activation: 'leaky-relu', channels: 3, side: 18, batchNorm: true },
    { activation: 'elu', channels: 1, side: 17, dropout: 0.5, blocks: 5 },
  ])(
    'gives the scores of the ONNX model in TF.js and in our importer: %o',
    async ({ channels, side, ...rest }) => {
      const bytes = trained(rest, { channels, side, classes: 3 });
      const layers = exportLayersModel(readModel(bytes, supportedOperators), [channels, side, side]);
      const { tfjs, importer } = await verifyLayersModel(layers, bytes, runner);
      expect(tfjs).toBeLessThanOrEqual(1e-5);
      expect(importer).toBeLessThanOrEqual(1e-5);
    },
  );

  it('is refused where the two forms disagree', async () => {
    const bytes = trained({}, { channels: 1, side: 16, classes: 2 });
    const layers = exportLayersModel(readModel(bytes, supportedOperators), [1, 16, 16]);
    layers.weights.bytes[layers.weights.bytes.length - 2] ^= 0x40;
    await expect(verifyLayersModel(layers, bytes, runner)).rejects.toMatchObject({ code: 'export-differs' });
  });
});

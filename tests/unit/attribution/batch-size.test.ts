import { expect, test } from 'vitest';
import { batchSizeFor, evenBatchSize } from '../../../shared/attribution/batch-size.ts';
import { integratedGradients } from '../../../shared/attribution/integrated-gradients.ts';
import { parseOptions } from '../../../shared/attribution/parse-options.ts';
import { tensor } from '../../../shared/tensor/tensor.ts';
import { closedForm, powerSum } from './closed-form.ts';

test.each([
  [[3, 28, 28], undefined, 8],
  [[3, 224, 224], undefined, 8],
  [[512, 512, 3], undefined, 1],
  [[1, 512, 512], undefined, 5],
  [[3, 4096, 4096], undefined, 1],
  [[3, 224, 224], 2 ** 28, 2],
  [[3, 224, 224], 1, 1],
] as const)('images of %j within %s bytes: %i a call', (shape, limit, expected) => {
  expect(batchSizeFor(shape, limit)).toBe(expected);
});

test.each([
  [25, 8, 5],
  [100, 8, 5],
  [64, 8, 8],
  [23, 8, 8],
  [3, 8, 3],
  [10, 3, 2],
  [1, 1, 1],
  [7, 1, 1],
])('%i images at a limit of %i go %i a call', (count, limit, expected) => {
  expect(evenBatchSize(count, limit)).toBe(expected);
});

test('a method keeps to the memory limit, states the batch size and gives the same bytes', async () => {
  const weights = Float64Array.from({ length: 48 }, (_, i) => Math.sin(i));
  const input = tensor(weights.map(Math.cos), [4, 4, 3]);
  const options = parseOptions(integratedGradients, { steps: 24 });
  const run = async (memoryLimit?: number) => {
    const model = closedForm(powerSum(weights, 2), [4, 4, 3]);
    const context = { target: 0, ...(memoryLimit && { memoryLimit }) };
    const found = await integratedGradients.attribute(model, input, context, options);
    return { ...found, largest: Math.max(...model.calls.batches) };
  };
  const wide = await run();
  const narrow = await run(3 * 48 * 4 * 200);
  expect([wide.batchSize, wide.largest]).toEqual([8, 8]);
  expect([narrow.batchSize, narrow.largest]).toEqual([3, 3]);
  expect(narrow.map).toEqual(wide.map);
});

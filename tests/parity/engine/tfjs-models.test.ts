/**
 * Real TF.js models: scores to 1e-5 and gradients to 1e-4 of the greatest are TensorFlow.js's own, or the right
 * reason is given. The larger ones take TensorFlow.js seconds an image: tests/bench/engine/model-table.ts.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readModelFile } from '../../../functions/common/read-model-file.ts';
import { compareEngines } from '../../unit/tfjs/compare-engines.ts';

const FOLDER = fileURLToPath(new URL('../../../../shared/data/models/', import.meta.url));

const REFUSED = [
  ['tfjs/BROKEN_pneumonia_missing_shard/model.json', 'weights in group1-shard1of2.bin'],
  ['tfjs/mlp_tabular_keras3/model.json', 'an input of shape [free, 4]'],
  ['keras/BROKEN_truncated_xray_model.keras', 'got a .keras archive (zip) that is damaged or cut short'],
] as const;

describe.skipIf(!existsSync(FOLDER))(
  'TF.js models (../shared/data is not beside this repository where skipped)',
  () => {
    it.each(['mnist_graph', 'cifar100edge_graph'])('%s', async (name) => {
      const { tfjs } = await readModelFile(`${FOLDER}tfjs/${name}/model.json`);
      const { scores, gradient } = await compareEngines(tfjs!, 3);
      expect(scores).toBeLessThan(1e-5);
      expect(gradient).toBeLessThan(1e-4);
    });

    it('a Keras 3 file becomes the same bytes every time, with a note on what was left out', async () => {
      const path = `${FOLDER}tfjs/cervical_keras3_augment_layers/model.json`;
      const [one, two] = [await readModelFile(path), await readModelFile(path)];
      expect(one.bytes).toEqual(two.bytes);
      expect(one.notes.join()).toContain('RandomRotation');
    });

    it('a Keras .h5 is read with its network and weights', async () => {
      const { tfjs } = await readModelFile(`${FOLDER}keras/brain_tumor_habib_23_0.91.h5`);
      expect([...tfjs!.shards.values()][0]!.length).toBe(4 * 11_137);
    });

    it.each(REFUSED)('%s is refused: %s', async (file, reason) => {
      await expect(readModelFile(FOLDER + file)).rejects.toThrow(reason);
    });
  },
);

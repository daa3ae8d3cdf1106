/** What a job costs beside other jobs: FLOPs of its convolutions and dense layers, and the memory it moves. */
import type { StudyJob } from '../manifest/study.ts';
import type { StudyData } from '../manifest/study-data.ts';
import { blockShapes } from './network.ts';

/** Multiply-adds that take as long as moving one activation through memory, all passes over it together. */
const OPERATIONS_PER_ACTIVATION = 400;

/** Proportional to time; only ratios mean anything. */
export function jobCost(
  { configuration, training }: StudyJob,
  data: Pick<StudyData, 'input' | 'images' | 'classes'>,
): number {
  const { channels, width } = data.input;
  const input = { channels, side: width, classes: data.classes.length };
  let below: number = channels;
  let side = width;
  let operations = 0;
  let activations = 0;
  for (const block of blockShapes(configuration, input)) {
    operations += side ** 2 * 9 * below * block.channels;
    activations += side ** 2 * block.channels;
    below = block.channels;
    side = block.side;
  }
  operations += below * side ** 2 * configuration.dense;
  const images = data.images.filter(({ part }) => part === 'train').length;
  return training.epochs * images * (operations + OPERATIONS_PER_ACTIVATION * activations);
}

/** A model's logits on some images of a source, batch by batch: validation, test. */
import type { Runner } from '../runtime/runner.ts';
import { elementCount } from '../tensor/tensor.ts';
import type { ImageSource } from './image-source.ts';
import { scoreLogits } from './score.ts';

const BATCH = 32;

export interface Evaluated {
  /** [indices, K] */
  readonly logits: Float32Array;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly accuracy: number;
}

export async function evaluateClassifier(
  runner: Runner,
  model: Uint8Array,
  imageShape: readonly number[],
  source: ImageSource,
  indices: readonly number[],
): Promise<Evaluated> {
  const session = await runner.load(model);
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
  const rows: Float32Array[] = [];
  let classes = 0;
  for (let start = 0; start < indices.length; start += BATCH) {
    const members = indices.slice(start, start + BATCH);
    const data = new Float32Array(BATCH * elementCount(imageShape));
    source.readInto(data, members);
    const { [output]: logits } = await session.run({ [input]: { shape: [BATCH, ...imageShape], data } });
    classes = logits!.shape[1]!;
    rows.push(logits!.data.slice(0, members.length * classes));
  }
  await session.release();
  const logits = new Float32Array(indices.length * classes);
  rows.forEach((row, batch) => {
    logits.set(row, batch * BATCH * classes);
  });
  const labels = indices.map((index) => source.labels[index]!);
  const { loss, right } = scoreLogits(logits, classes, labels);
  return { logits, loss: loss / indices.length, accuracy: right / indices.length };
}

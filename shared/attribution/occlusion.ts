/**
 * Occlusion: a gray window slides over the image; the drop of the score is added to every pixel it covered.
 * Zeiler & Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2.
 *
 * As in PAIR saliency 0.2.1: windows lie inside the image, sums are not normalized, so with stride 1 a pixel
 * at the center counts size² windows and a corner one. With larger strides, which it has not, a last window lies
 * flush with the border, so that every pixel is covered. Forward passes only: at 224² and size 15 they are 44,101
 * with the reference's stride of 1, and 2,917 with the default of 4.
 */
import { z } from 'zod';
import type { Extent } from '../segmentation/extent.ts';
import { baselineFor, baselineSchema } from './baseline.ts';
import type { Method } from './method.ts';
import { ModelCalls } from './model-calls.ts';
import { geometryOf } from './planes.ts';

const options = z.strictObject({
  size: z.int().min(1).max(1024).default(15).describe('Side of the window in pixels.'),
  stride: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .describe(
      'Pixels between windows: stride² times fewer passes than with 1, and blocks of that size. The last window of a row or column lies flush with the border.',
    ),
  value: baselineSchema.describe(
    'What the window shows: a constant in model units, or black, white, mid-grey, mean, blur, noise.',
  ),
});

type Options = z.infer<typeof options>;

const UNKNOWN_EXTENT: Extent = { height: 224, width: 224 };

/** Upper left corners of all windows; a window larger than the image is cut to it. */
function windowCorners({ size, stride }: Options, { height, width }: Extent): [number, number][] {
  const lefts = starts(Math.max(0, width - size), stride);
  return starts(Math.max(0, height - size), stride).flatMap((top) =>
    lefts.map((left): [number, number] => [top, left]),
  );
}

/** 0, stride, 2·stride, … and `last`. */
function starts(last: number, stride: number): number[] {
  const steps = Math.ceil(last / stride);
  return Array.from({ length: steps + 1 }, (_, step) => Math.min(step * stride, last));
}

function cost(chosen: Options, extent = UNKNOWN_EXTENT): { gradients: number; forwards: number } {
  return { gradients: 0, forwards: windowCorners(chosen, extent).length + 1 };
}

/** Map [...inputShape], each channel alike, in units of the score times windows. */
export const occlusion: Method<Options> = {
  name: 'occlusion',
  title: 'Occlusion',
  citation: 'Zeiler & Fergus 2014, arXiv:1311.2901',
  notes: {
    formula: 'a(p) = Σ over windows W ∋ p of F(x) − F(x with W covered)',
    meaning: 'How much the score falls, in sum, when windows around this pixel are hidden.',
    weaknesses: [
      'The window size decides what can be found: evidence larger than the window is missed.',
      'A covered image is unlike any image the model has seen.',
      'Pixels near the border lie in fewer windows and get smaller values.',
      'Where the stride does not divide the image evenly, the last windows overlap the ones before them more, and pixels there count more often.',
      'Slow: thousands of forward passes, tens of thousands at stride 1.',
    ],
  },
  options,
  reference: { size: 15, stride: 1, value: 0 },
  signed: true,
  unit: 'score · windows',
  cost,
  async attribute(model, input, context, chosen) {
    const { height, width, channels, channelStride, pixelStride } = geometryOf(model);
    const calls = new ModelCalls('occlusion', model, input, context, cost(chosen, { height, width }));
    const corners = windowCorners(chosen, { height, width });
    const rows = Math.min(chosen.size, height);
    const columns = Math.min(chosen.size, width);
    const fill = baselineFor('occlusion', chosen.value, model, input, context);
    const map = new Float64Array(input.data.length);
    const overWindow = ([top, left]: readonly [number, number], visit: (index: number) => void): void => {
      for (let c = 0; c < channels; c++) {
        for (let y = top; y < top + rows; y++) {
          for (let x = left; x < left + columns; x++)
            visit(c * channelStride + (y * width + x) * pixelStride);
        }
      }
    };
    const [whole] = await calls.targetScores([input.data]);
    await calls.forEachScores(
      corners.length,
      (w, into) => {
        into.set(input.data);
        overWindow(corners[w]!, (index) => {
          into[index] = fill[index]!;
        });
      },
      (w, scores) => {
        const drop = whole! - scores[context.target]!;
        overWindow(corners[w]!, (index) => {
          map[index]! += drop;
        });
      },
    );
    return calls.finish(map, input.shape);
  },
};

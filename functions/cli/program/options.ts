/** Options that several commands share, and how a command's code is run. */
import { type Command, Option } from 'commander';
import { activationSchema } from '../../../shared/manifest/model-card.ts';
import type { Output } from '../output.ts';
import { commaList, imageSize, numberList, numberPair, positiveInteger, storedBits } from '../wrong-use.ts';

/** Runs a command's code; failures it counts become exit status 1. */
export type Run = (work: (output: Output) => Promise<number | undefined> | Promise<void>) => Promise<void>;

export const state = new Option('--state <folder>', 'where a local installation keeps its data').default(
  '.cxai',
);
const threads = new Option('--threads <n>', 'threads of the engine (default: all cores)').argParser(
  positiveInteger,
);

const device = new Option('--device <name>', 'what computes (default: the fastest present)').choices([
  'auto',
  'cpu',
  'cuda',
  'webgpu',
]);

const memory = new Option(
  '--memory <MiB>',
  'memory the model may work with: decides the images per call (default: 1024)',
).argParser((text: string) => positiveInteger(text) * 2 ** 20);

/** What computes. */
export const processor = (command: Command): Command => command.addOption(threads).addOption(device);

/** What computes, and with how much memory. */
export const machine = (command: Command): Command => processor(command).addOption(memory);

export const engine = new Option('--engine <name>', 'what runs the model').choices(['onnxruntime', 'tfjs']);

export const bits = new Option(
  '--bits <n>',
  'bits that images above 8 bits were stored with (default: the least usual number that holds each image)',
).argParser(storedBits);

export const metrics = new Option(
  '--metrics <level>',
  'trust metrics: insertion and deletion (quick); information curves and weight randomization too (full)',
)
  .choices(['none', 'quick', 'full'])
  .default('quick');

export const explainedOutput = new Option(
  '--explain <what>',
  'the output of the model, its probability, or the logit before its last softmax or sigmoid',
)
  .choices(['score', 'probability', 'logit'])
  .default('score');

export const multiLabel = new Option(
  '--multi-label',
  'classes may hold together: logits become probabilities by a sigmoid each',
);

const activation = new Option(
  '--activation <name>',
  'what the output holds: logits, or probabilities after a softmax or sigmoid (default: as the file ends)',
).choices(activationSchema.options);

export const layout = new Option(
  '--layout <name>',
  'where the channels are, for models whose input shape leaves it open',
).choices(['NCHW', 'NHWC']);

/** What a bare .onnx file does not say about itself. */
export const modelFacts = (command: Command): Command =>
  command
    .option('--classes <a,b>', 'class names, in the order of the outputs', commaList)
    .addOption(multiLabel)
    .addOption(activation)
    .option('--range <low,high>', 'model input of a black and a white pixel, e.g. 0,1 or 0,255', numberPair)
    .option('--mean <values>', 'subtracted per channel after the range', numberList)
    .option('--std <values>', 'divided by per channel', numberList)
    .addOption(new Option('--resize <how>', 'how an image is fitted').choices(['stretch', 'pad', 'crop']))
    .addOption(layout)
    .option('--size <h,w>', 'input size, for models that leave it free; one number is a square', imageSize);

/** What explains images: `explain`, `average`, `prototype`, `attribute`, `methods`. */
import { type Command, Option } from 'commander';
import { commaList, integer } from '../wrong-use.ts';
import {
  bits,
  engine,
  explainedOutput,
  layout,
  machine,
  metrics,
  modelFacts,
  multiLabel,
  processor,
  type Run,
} from './options.ts';

const anyModel =
  'phantom, a model folder, a card.json, an .onnx file, a TF.js model.json, or a Keras .h5 or .keras';

/** What `explain` and `average` have in common: images, a model, methods, and what these are run on. */
const manyImages = (command: Command, { out, target }: { readonly out: string; readonly target: string }) =>
  machine(
    modelFacts(
      command
        .argument('<path...>', 'PNG or JPEG files, or folders of them')
        .requiredOption('--model <model>', anyModel),
    )
      .option('--methods <a,b>', 'method names, or all (see: cxai methods)', commaList)
      .option('--options <json>', 'options by method: {"integrated-gradients":{"steps":50}}')
      .option('--target <classes>', target, commaList)
      .addOption(explainedOutput)
      .option(
        '--background <folder>',
        'images that stand for the data: expected gradients, baseline dataset-mean',
      )
      .addOption(bits)
      .option('--out <folder>', 'where the results go', out)
      .option('--seed <n>', 'seed of methods that draw random numbers', integer, 0),
  ).addOption(engine);

export function addExplainCommands(program: Command, run: Run): void {
  manyImages(
    program
      .command('explain')
      .description(
        'explain images with a model: maps (.npy), overlays (.png), manifest and report; no cloud',
      ),
    { out: 'explained', target: 'class names or indices, or all: a map each (default: the predicted class)' },
  )
    .addOption(metrics)
    .action((paths: string[], flags) =>
      run(async (output) => (await import('../explain-command.ts')).explainCommand(paths, flags, output)),
    );

  manyImages(
    program
      .command('average')
      .description('mean attribution over many images: where a model looks in general, by class and method'),
    { out: 'average', target: 'class names or indices, or all (default: of each image the predicted one)' },
  ).action((paths: string[], flags) =>
    run(async (output) => (await import('../average-command.ts')).averageCommand(paths, flags, output)),
  );

  processor(
    modelFacts(
      program
        .command('prototype')
        .description('the image that a model finds most typical of a class (activation maximization)')
        .requiredOption('--model <model>', 'as for explain')
        .requiredOption('--target <classes>', 'class names or indices, or all', commaList),
    )
      .option('--options <json>', 'steps, octaves, octaveScale, stepSize, l2, blur, jitter')
      .addOption(
        new Option('--explain <what>', 'what rises')
          .choices(['score', 'probability', 'logit'])
          .default('logit'),
      )
      .option('--out <folder>', 'where the results go', 'prototypes')
      .option('--seed <n>', 'seed of the start and the jitter', integer, 0),
  ).action((flags) =>
    run(async (output) => (await import('../prototype-command.ts')).prototypeCommand(flags, output)),
  );

  machine(
    program
      .command('attribute')
      .description('one method on one array: .npy in the model’s own layout and units in, .npy out')
      .requiredOption('--model <model>', anyModel)
      .requiredOption('--input <file>', '.npy, [C,H,W] or [H,W,C]; [H,W] for one channel')
      .requiredOption(
        '--target <classes>',
        'class indices, or names where the model has a card: a map each',
        commaList,
      )
      .requiredOption('--method <name>', 'see: cxai methods')
      .option('--options <json>', 'options of the method')
      .option('--reference', 'start from the options that repeat the published reference (PAIR saliency)')
      .option('--baseline <file>', 'a baseline as .npy, same shape as the input')
      .option(
        '--background <path>',
        'images that stand for the data: .npy, [N,…], or a folder where the model has a card',
      )
      .option('--seed <n>', 'seed of a method that draws random numbers', integer)
      .addOption(layout)
      .addOption(explainedOutput)
      .addOption(multiLabel)
      .requiredOption('--out <file>', 'where the float32 .npy goes'),
  ).action((flags) =>
    run(async (output) => (await import('../attribute-command.ts')).attributeCommand(flags, output)),
  );

  program
    .command('methods')
    .description('list the attribution methods, or explain one')
    .argument('[name]')
    .action((name: string | undefined) =>
      run(async (output) => (await import('../methods-command.ts')).methodsCommand(name, output)),
    );
}

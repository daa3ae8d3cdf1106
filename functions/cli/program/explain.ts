/** What explains images: `explain`, `average`, `prototype`, `attribute`, `methods`. */
import { type Command, Option } from 'commander';
import { commaList, integer, numberList } from '../wrong-use.ts';
import {
  device,
  explainedOutput,
  memory,
  metrics,
  modelFacts,
  multiLabel,
  type Run,
  threads,
} from './options.ts';

export function addExplainCommands(program: Command, run: Run): void {
  modelFacts(
    program
      .command('explain')
      .description('explain images with a model: maps (.npy), overlays (.png), manifest and report; no cloud')
      .argument('<image...>', 'PNG or JPEG files')
      .requiredOption(
        '--model <model>',
        'phantom, a model folder, a card.json, an .onnx file, a TF.js model.json, or a Keras .h5 or .keras',
      ),
  )
    .option('--methods <a,b>', 'method names, or all (see: cxai methods)', commaList)
    .option('--options <json>', 'options by method: {"integrated-gradients":{"steps":50}}')
    .option(
      '--target <classes>',
      'class names or indices, or all: a map each (default: the predicted class)',
      commaList,
    )
    .addOption(explainedOutput)
    .option(
      '--background <folder>',
      'images that stand for the data: expected gradients, baseline dataset-mean',
    )
    .addOption(metrics)
    .option('--out <folder>', 'where the results go', 'explained')
    .option('--seed <n>', 'seed of methods that draw random numbers', integer, 0)
    .addOption(threads)
    .addOption(device)
    .addOption(new Option('--engine <name>', 'what runs the model').choices(['onnxruntime', 'tfjs']))
    .addOption(memory)
    .action((images: string[], flags) =>
      run(async (output) => (await import('../explain-command.ts')).explainCommand(images, flags, output)),
    );

  modelFacts(
    program
      .command('average')
      .description('mean attribution over many images: where a model looks in general, by class and method')
      .argument('<path...>', 'PNG or JPEG files, or folders of them')
      .requiredOption('--model <model>', 'as for explain'),
  )
    .option('--methods <a,b>', 'method names, or all (see: cxai methods)', commaList)
    .option('--options <json>', 'options by method: {"integrated-gradients":{"steps":50}}')
    .option(
      '--target <classes>',
      'class names or indices, or all (default: of each image the predicted one)',
      commaList,
    )
    .addOption(explainedOutput)
    .option('--background <folder>', 'images that stand for the data')
    .option('--out <folder>', 'where the results go', 'average')
    .option('--seed <n>', 'seed of methods that draw random numbers', integer, 0)
    .addOption(threads)
    .addOption(memory)
    .action((paths: string[], flags) =>
      run(async (output) => (await import('../average-command.ts')).averageCommand(paths, flags, output)),
    );

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
    .option('--seed <n>', 'seed of the start and the jitter', integer, 0)
    .addOption(threads)
    .action((flags) =>
      run(async (output) => (await import('../prototype-command.ts')).prototypeCommand(flags, output)),
    );

  program
    .command('attribute')
    .description('one method on one array: .npy in the model’s own layout and units in, .npy out')
    .requiredOption('--model <file>', 'an .onnx file, a TF.js model.json, or a Keras .h5 or .keras')
    .requiredOption('--input <file>', 'float .npy, [C,H,W] or [H,W,C]')
    .requiredOption('--target <classes>', 'class index, or several with commas: a map each', numberList)
    .requiredOption('--method <name>', 'see: cxai methods')
    .option('--options <json>', 'options of the method')
    .option('--reference', 'start from the options that repeat the published reference (PAIR saliency)')
    .option('--baseline <file>', 'a baseline as .npy, same shape as the input')
    .addOption(explainedOutput)
    .addOption(multiLabel)
    .requiredOption('--out <file>', 'where the float32 .npy goes')
    .addOption(threads)
    .addOption(device)
    .addOption(memory)
    .action((flags) =>
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

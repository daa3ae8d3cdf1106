/** Models: `model check`, `model add`. */
import type { Command } from 'commander';
import { commaList } from '../wrong-use.ts';
import { modelFacts, processor, type Run } from './options.ts';

export function addModelCommands(program: Command, run: Run): void {
  const model = program.command('model').description('check a model, or register one for the pipeline');
  processor(
    modelFacts(
      model
        .command('check')
        .description('can it be explained, what was understood of it, what will each method cost')
        .argument(
          '<model>',
          'phantom, a model folder, a card.json, an .onnx file, a TF.js model.json, or a Keras .h5 or .keras',
        )
        .option(
          '--cross-check',
          'compare scores and gradients with TensorFlow.js (TF.js and Keras models)',
          false,
        )
        .option('--sample <a,b>', 'images to try the preprocessing on', commaList),
    ),
  ).action((file: string, flags) =>
    run(async (output) => (await import('../model-check-command.ts')).modelCheckCommand(file, flags, output)),
  );
  modelFacts(
    model
      .command('add')
      .description('write models/<id>/ with a card, for `cxai start`')
      .argument('<model>', 'an .onnx file, a TF.js model.json, or a Keras .h5 or .keras')
      .option('--id <id>', 'lower-case letters, digits and hyphens (default: from the file name)')
      .option('--license <text>', 'licence of the model')
      .option('--models <folder>', 'where models are kept', 'models')
      .option('--sample <a,b>', 'images to try the preprocessing on', commaList)
      .option('--replace', 'take the place of another model of that id', false)
      .option('--yes', 'ask nothing: take what was detected for what no flag says', false),
  ).action((file: string, flags) =>
    run(async (output) => (await import('../model-add-command.ts')).modelAddCommand(file, flags, output)),
  );
}

#!/usr/bin/env node
/**
 * The `cxai` command. Exit status: 0 done, 1 the work failed, 2 wrong use. Commands load their code when they
 * run, so `--help` answers at once.
 */
import { enableCompileCache } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { CxaiError } from '../../shared/errors.ts';
import { createOutput, type Output } from './output.ts';
import { defaultShareDays, shareDays } from './share-days.ts';
import { commaList, numberList, positiveInteger, WrongUse } from './wrong-use.ts';

enableCompileCache();

const program = new Command('cxai')
  .description(
    'Explains the decisions of image CNNs: every attribution method, on a laptop or in AWS.\nResearch use only: not a medical device, no diagnosis.',
  )
  .version(packageJson.version)
  .option('--json', 'JSON lines on standard output instead of text', false)
  .exitOverride()
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    `
Examples
  $ cxai start                                     the whole system here; drop files into ./drop/<model>/
  $ cxai explain scan.png --model phantom          maps, overlays and a report in ./explained/
  $ cxai explain *.png --model my.onnx --range 0,1 --classes no,yes --methods all
  $ cxai model add my.onnx --id my-model --range 0,1 --classes no,yes`,
  );

/** Faults that are always the command line's. */
const isWrongUse = (error: unknown): boolean =>
  error instanceof CxaiError && ['method-unknown', 'option-invalid'].includes(error.code);

let status = 0;
/** Runs a command's code; failures it counts become exit status 1. */
const run = async (work: (output: Output) => Promise<number | undefined> | Promise<void>): Promise<void> => {
  const failures = await work(createOutput(program.opts<{ json: boolean }>().json));
  if (failures) status = 1;
};

const state = new Option('--state <folder>', 'where a local installation keeps its data').default('.cxai');
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

const metrics = new Option(
  '--metrics <level>',
  'trust metrics: insertion and deletion (quick); information curves and weight randomization too (full)',
)
  .choices(['none', 'quick', 'full'])
  .default('quick');

const explainedOutput = new Option(
  '--explain <what>',
  'the output of the model, its probability, or the logit before its last softmax or sigmoid',
)
  .choices(['score', 'probability', 'logit'])
  .default('score');

/** What a bare .onnx file does not say about itself. */
const modelFacts = (command: Command): Command =>
  command
    .option('--classes <a,b>', 'class names, in the order of the outputs', commaList)
    .option('--range <low,high>', 'model input of a black and a white pixel, e.g. 0,1 or 0,255', numberList)
    .option('--mean <values>', 'subtracted per channel after the range', numberList)
    .option('--std <values>', 'divided by per channel', numberList)
    .addOption(new Option('--resize <how>', 'how an image is fitted').choices(['stretch', 'pad', 'crop']))
    .option('--size <h,w>', 'input size, for models that leave it free', numberList);

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
  .option('--seed <n>', 'seed of methods that draw random numbers', Number, 0)
  .addOption(threads)
  .addOption(device)
  .addOption(new Option('--engine <name>', 'what runs the model').choices(['onnxruntime', 'tfjs']))
  .addOption(memory)
  .action((images: string[], flags) =>
    run(async (output) => (await import('./explain-command.ts')).explainCommand(images, flags, output)),
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
  .option('--seed <n>', 'seed of methods that draw random numbers', Number, 0)
  .addOption(threads)
  .addOption(memory)
  .action((paths: string[], flags) =>
    run(async (output) => (await import('./average-command.ts')).averageCommand(paths, flags, output)),
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
    new Option('--explain <what>', 'what rises').choices(['score', 'probability', 'logit']).default('logit'),
  )
  .option('--out <folder>', 'where the results go', 'prototypes')
  .option('--seed <n>', 'seed of the start and the jitter', Number, 0)
  .addOption(threads)
  .action((flags) =>
    run(async (output) => (await import('./prototype-command.ts')).prototypeCommand(flags, output)),
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
  .requiredOption('--out <file>', 'where the float32 .npy goes')
  .addOption(threads)
  .addOption(device)
  .addOption(memory)
  .action((flags) =>
    run(async (output) => (await import('./attribute-command.ts')).attributeCommand(flags, output)),
  );

program
  .command('methods')
  .description('list the attribution methods, or explain one')
  .argument('[name]')
  .action((name: string | undefined) =>
    run(async (output) => (await import('./methods-command.ts')).methodsCommand(name, output)),
  );

program
  .command('start')
  .description('run the whole system on this machine and watch ./drop/<model>/')
  .addOption(state)
  .option('--drop <folder>', 'the folder to watch', 'drop')
  .option('--models <folder>', 'your own models, one folder with a card.json each', 'models')
  .option('--port <n>', 'port of the site; a free one where it is taken', positiveInteger, 4321)
  .option('--workers <n>', 'explain workers (default: one per core)', positiveInteger)
  .option('--methods <a,b>', 'methods of every run, or all', commaList)
  .addOption(metrics)
  .option('--no-samples', 'do not take in the bundled samples')
  .option('--verbose', 'the workers’ logs as well', false)
  .action((flags) => run(async (output) => (await import('./start-command.ts')).startCommand(flags, output)));

program
  .command('drop')
  .description('upload files to a running pipeline and wait for their explanations')
  .argument('<file...>')
  .requiredOption('--model <id>', 'a registered model')
  .addOption(state)
  .option('--no-wait', 'return once the files are uploaded')
  .option('--timeout <seconds>', 'how long to wait for each file', positiveInteger, 300)
  .action((files: string[], flags) =>
    run(async (output) => (await import('./drop-command.ts')).dropCommand(files, flags, output)),
  );

program
  .command('runs')
  .description('list the runs, newest first')
  .addOption(state)
  .addOption(
    new Option('--status <status>', 'only these').choices(['complete', 'partial', 'failed', 'rejected']),
  )
  .option('--limit <n>', 'at most so many', positiveInteger, 50)
  .action((flags) => run(async (output) => (await import('./runs-command.ts')).runsCommand(flags, output)));

program
  .command('show')
  .description('everything about one run')
  .argument('<run>', 'a run id')
  .addOption(state)
  .action((runId: string, flags: { state: string }) =>
    run(async (output) => (await import('./runs-command.ts')).showCommand(runId, flags.state, output)),
  );

/** `--state` beside a subcommand is read by the command above it. */
const stateOf = (command: Command): string => command.optsWithGlobals<{ state: string }>().state;

const share = program
  .command('share')
  .description('make a link that opens one run until a date; list and revoke such links')
  .argument('<run>', 'a run id')
  .addOption(state)
  .option('--days <n>', 'how long it opens the run, 1 to 30', shareDays, defaultShareDays)
  .action((runId: string, flags) =>
    run(async (output) => (await import('./share-command.ts')).shareCommand(runId, flags, output)),
  );
share
  .command('list')
  .description('every link that was made, newest first')
  .addOption(state)
  .action((_flags, command: Command) =>
    run(async (output) => (await import('./share-command.ts')).shareListCommand(stateOf(command), output)),
  );
share
  .command('revoke')
  .description('close a link at once')
  .argument('<id>', 'a link id')
  .addOption(state)
  .action((id: string, _flags, command: Command) =>
    run(async (output) =>
      (await import('./share-command.ts')).shareRevokeCommand(id, stateOf(command), output),
    ),
  );

program
  .command('redrive')
  .description('run failed methods again, or send dead letters back; --list says what there is')
  .argument('[run...]', 'run ids')
  .addOption(state)
  .option('--list', 'only say what failed, and why', false)
  .option('--methods <a,b>', 'only these of one run', commaList)
  .option('--all', 'every run with a failed method', false)
  .addOption(
    new Option('--queue <name>', 'send the dead letters of this queue back').choices([
      'ingest',
      'cpu',
      'gpu',
      'catalog',
    ]),
  )
  .action((runs: string[], flags) =>
    run(async (output) => (await import('./redrive-command.ts')).redriveCommand(runs, flags, output)),
  );

const model = program.command('model').description('check a model, or register one for the pipeline');
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
    .option('--sample <a,b>', 'images to try the preprocessing on', commaList)
    .addOption(device),
).action((file: string, flags) =>
  run(async (output) => (await import('./model-check-command.ts')).modelCheckCommand(file, flags, output)),
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
    .option('--yes', 'ask nothing: take what was detected for what no flag says', false),
).action((file: string, flags) =>
  run(async (output) => (await import('./model-add-command.ts')).modelAddCommand(file, flags, output)),
);

const study = program
  .command('study')
  .description('compare architectures: train a family of CNNs and report');
study
  .command('example')
  .description('write a small synthetic data set, a folder per class, with a study.json beside it')
  .argument('[folder]', 'where it goes', 'study-example')
  .option('--images <n>', 'how many', positiveInteger, 120)
  .action((folder: string, flags) =>
    run(async (output) =>
      (await import('./study-example-command.ts')).studyExampleCommand(folder, flags, output),
    ),
  );
study
  .command('run')
  .description(
    'train every configuration of a study that is not trained yet, on all cores; goes on where it ended',
  )
  .argument('<spec>', 'the study as JSON: data, split, search, training, seeds')
  .option('--out <folder>', 'the study’s folder (default: studies/<id>)')
  .option('--processes <n>', 'jobs at a time (default: one per core)', positiveInteger)
  .action((file: string, flags) =>
    run(async (output) => (await import('./study-command.ts')).studyRunCommand(file, flags, output)),
  );
study
  .command('report')
  .description('curves, effects, the winner’s test over its seeds: report.json, report.html and plots')
  .argument('<folder>', 'a study’s folder')
  .option('--out <folder>', 'where the report goes (default: the study’s folder)')
  .option('--naive <folder>', 'the same study split by image, to show what it would have claimed')
  .option('--external <file...>', 'image sets of another origin: JSON with name, folder and classes')
  .action((folder: string, flags) =>
    run(async (output) =>
      (await import('./study-report-command.ts')).studyReportCommand(folder, flags, output),
    ),
  );
study
  .command('publish')
  .description('put the report on the site of a running installation, here or in AWS')
  .argument('<folder>', 'a study’s folder, with its report')
  .option('--model <id>', 'the registered model that it produced, to link them')
  .addOption(state)
  .action((folder: string, flags) =>
    run(async (output) =>
      (await import('./study-publish-command.ts')).studyPublishCommand(folder, flags, output),
    ),
  );
study
  .command('export')
  .description('register the winner for the pipeline: ONNX with its card, and the same as TF.js layers')
  .argument('<folder>', 'a study’s folder')
  .option('--models <folder>', 'where models are kept', 'models')
  .option('--id <id>', 'of the model (default: the study’s)')
  .option('--name <text>', 'of the model (default: the study’s)')
  .option('--license <text>', 'licence of the model', 'not stated: it depends on the training data')
  .action((folder: string, flags) =>
    run(async (output) =>
      (await import('./study-export-command.ts')).studyExportCommand(folder, flags, output),
    ),
  );
study
  .command('submit')
  .description('prepare the images here and let a deployment in AWS train: one Batch element per job')
  .argument('<spec>', 'the study as JSON')
  .requiredOption('--bucket <name>', 'the deployment’s study bucket')
  .requiredOption('--queue <url>', 'the deployment’s study queue')
  .option('--out <folder>', 'the study’s folder (default: studies/<id>)')
  .action((file: string, flags) =>
    run(async (output) => (await import('./study-cloud-command.ts')).studySubmitCommand(file, flags, output)),
  );
study
  .command('fetch')
  .description('bring results and weights of a submitted study here; exit status 1 while some are missing')
  .argument('<id>', 'the study’s id')
  .requiredOption('--bucket <name>', 'the deployment’s study bucket')
  .option('--out <folder>', 'the study’s folder (default: studies/<id>)')
  .action((id: string, flags) =>
    run(async (output) => (await import('./study-cloud-command.ts')).studyFetchCommand(id, flags, output)),
  );

program
  .command('doctor')
  .description('check that this machine has what the work needs')
  .option('--aws', 'check a deployment in AWS instead', false)
  .action(({ aws }: { aws: boolean }) =>
    run(async (output) =>
      aws
        ? (await import('./doctor-aws-command.ts')).doctorAwsCommand(output)
        : (await import('./doctor-command.ts')).doctorCommand(output),
    ),
  );

program
  .command('schemas')
  .description('write the contracts (model card, manifest, …) as JSON Schema files')
  .option('--out <folder>', 'where they go', 'shared/manifest/json-schema')
  .action((flags: { out: string }) =>
    run(async (output) => (await import('./schemas-command.ts')).schemasCommand(flags.out, output)),
  );

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    status = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof WrongUse) {
    process.stderr.write(`${error.message}\nSee: cxai --help\n`);
    status = 2;
  } else {
    createOutput(program.opts<{ json: boolean }>().json).failure('', error);
    status = isWrongUse(error) ? 2 : 1;
  }
}
process.exitCode = status;

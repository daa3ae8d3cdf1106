/** The architecture study: `study example`, `run`, `report`, `publish`, `export`, `submit`, `fetch`. */
import type { Command } from 'commander';
import { positiveInteger } from '../wrong-use.ts';
import { type Run, state } from './options.ts';

export function addStudyCommands(program: Command, run: Run): void {
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
        (await import('../study-example-command.ts')).studyExampleCommand(folder, flags, output),
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
      run(async (output) => (await import('../study-command.ts')).studyRunCommand(file, flags, output)),
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
        (await import('../study-report-command.ts')).studyReportCommand(folder, flags, output),
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
        (await import('../study-publish-command.ts')).studyPublishCommand(folder, flags, output),
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
        (await import('../study-export-command.ts')).studyExportCommand(folder, flags, output),
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
      run(async (output) =>
        (await import('../study-cloud-command.ts')).studySubmitCommand(file, flags, output),
      ),
    );
  study
    .command('fetch')
    .description('bring results and weights of a submitted study here; exit status 1 while some are missing')
    .argument('<id>', 'the study’s id')
    .requiredOption('--bucket <name>', 'the deployment’s study bucket')
    .option('--out <folder>', 'the study’s folder (default: studies/<id>)')
    .action((id: string, flags) =>
      run(async (output) => (await import('../study-cloud-command.ts')).studyFetchCommand(id, flags, output)),
    );
}

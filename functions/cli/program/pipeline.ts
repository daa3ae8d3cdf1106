/** The pipeline on this machine: `start`, `drop`, `runs`, `show`, `share`, `redrive`, `forget`. */
import { type Command, Option } from 'commander';
import { defaultShareDays, shareDays } from '../share-days.ts';
import { commaList, positiveInteger } from '../wrong-use.ts';
import { metrics, type Run, state } from './options.ts';

export function addPipelineCommands(program: Command, run: Run): void {
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
    .action((flags) =>
      run(async (output) => (await import('../start-command.ts')).startCommand(flags, output)),
    );

  program
    .command('drop')
    .description('upload files to a running pipeline and wait for their explanations')
    .argument('<file...>')
    .requiredOption('--model <id>', 'a registered model')
    .addOption(state)
    .option('--no-wait', 'return once the files are uploaded')
    .option('--timeout <seconds>', 'how long to wait for each file', positiveInteger, 300)
    .action((files: string[], flags) =>
      run(async (output) => (await import('../drop-command.ts')).dropCommand(files, flags, output)),
    );

  program
    .command('runs')
    .description('list the runs, newest first')
    .addOption(state)
    .addOption(
      new Option('--status <status>', 'only these').choices(['complete', 'partial', 'failed', 'rejected']),
    )
    .option('--limit <n>', 'at most so many', positiveInteger, 50)
    .action((flags) =>
      run(async (output) => (await import('../runs-command.ts')).runsCommand(flags, output)),
    );

  program
    .command('show')
    .description('everything about one run')
    .argument('<run>', 'a run id')
    .addOption(state)
    .action((runId: string, flags: { state: string }) =>
      run(async (output) => (await import('../runs-command.ts')).showCommand(runId, flags.state, output)),
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
      run(async (output) => (await import('../share-command.ts')).shareCommand(runId, flags, output)),
    );
  share
    .command('list')
    .description('every link that was made, newest first')
    .addOption(state)
    .action((_flags, command: Command) =>
      run(async (output) => (await import('../share-command.ts')).shareListCommand(stateOf(command), output)),
    );
  share
    .command('revoke')
    .description('close a link at once')
    .argument('<id>', 'a link id')
    .addOption(state)
    .action((id: string, _flags, command: Command) =>
      run(async (output) =>
        (await import('../share-command.ts')).shareRevokeCommand(id, stateOf(command), output),
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
      run(async (output) => (await import('../redrive-command.ts')).redriveCommand(runs, flags, output)),
    );

  program
    .command('forget')
    .description(
      'erase one run for good, with its upload, for instance because a name is burned into its picture',
    )
    .argument('<run>', 'a run id')
    .addOption(state)
    .option('--yes', 'do not ask', false)
    .addHelpText(
      'after',
      `
Erased are, with every older version: picture, maps, plan and manifest (runs/<run>/), its entry in the list of
runs, its share links, the uploads that became it, and their receipts. The same picture under several names is one
run: all of these uploads go. Audit and access logs stay; they hold ids and keys, never the picture.

Examples
  $ cxai runs                                              find the run's id
  $ cxai forget 0123456789abcdef0123456789abcdef           asks first
  $ cxai forget 0123456789abcdef0123456789abcdef --yes     in a script`,
    )
    .action((runId: string, flags) =>
      run(async (output) => (await import('../forget-command.ts')).forgetCommand(runId, flags, output)),
    );
}

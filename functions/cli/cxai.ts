#!/usr/bin/env node
/**
 * The `cxai` command. Exit status: 0 done, 1 the work failed, 2 wrong use. Commands load their code when they
 * run, so `--help` answers at once.
 */
import { enableCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { CxaiError } from '../../shared/errors.ts';
import { createOutput } from './output.ts';
import { addExplainCommands } from './program/explain.ts';
import { addModelCommands } from './program/model.ts';
import type { Run } from './program/options.ts';
import { addPipelineCommands } from './program/pipeline.ts';
import { addStudyCommands } from './program/study.ts';
import { WrongUse } from './wrong-use.ts';

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
const run: Run = async (work) => {
  const failures = await work(createOutput(program.opts<{ json: boolean }>().json));
  if (failures) status = 1;
};

addExplainCommands(program, run);
addPipelineCommands(program, run);
addModelCommands(program, run);
addStudyCommands(program, run);

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

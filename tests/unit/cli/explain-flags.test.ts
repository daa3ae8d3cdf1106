/** What a command line says is used, or refused by name. */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { uniqueNames } from '../../../functions/cli/explain-command.ts';
import { imagesIn } from '../../../functions/cli/image-paths.ts';
import { methodOptions } from '../../../functions/cli/method-flags.ts';
import { loadModel } from '../../../functions/cli/model-source.ts';
import { addExplainCommands } from '../../../functions/cli/program/explain.ts';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';

const phantom = fileURLToPath(new URL('../../../shared/models/phantom/', import.meta.url));
const runner = createOnnxRuntimeRunner({ threads: 1 });

/** What commander says of a command line of `cxai explain`, which is not run. */
function refusalOf(...flags: string[]): string {
  let said = '';
  const program = new Command('cxai').exitOverride();
  program.configureOutput({
    writeErr: (text) => {
      said += text;
    },
  });
  addExplainCommands(program, async () => {});
  try {
    program.parse(['explain', 'scan.png', '--model', 'phantom', ...flags], { from: 'user' });
  } catch {
    return said;
  }
  return '';
}

describe('names of result folders', () => {
  it.each([
    [
      ['a/scan.png', 'b/scan.png', 'b/scan-2.png'],
      ['scan', 'scan-2', 'scan-2-2'],
    ],
    [
      ['b/scan-2.png', 'a/scan.png', 'b/scan.png'],
      ['scan-2', 'scan', 'scan-3'],
    ],
    [
      ['a/Scan.png', 'b/scan.PNG'],
      ['Scan', 'scan-2'],
    ],
  ])('%j are %j', (paths, names) => {
    expect(uniqueNames(paths)).toEqual(names);
  });
});

describe('facts of a model', () => {
  it.each(['phantom', phantom, `${phantom}card.json`])('beside the card of %s are refused by name', (spec) =>
    expect(loadModel(spec, runner, { range: [0, 255], multiLabel: true, size: [64] })).rejects.toThrow(
      '--multi-label, --range, --size: expected a model without a card',
    ),
  );

  it.each([
    ['--range', '0', 'expected 2 numbers'],
    ['--range', '0,1,2', 'expected 2 numbers'],
    ['--seed', '1.5', 'expected a whole number'],
    ['--seed', 'abc', 'expected a whole number'],
    ['--seed', '', 'expected a whole number'],
    ['--size', '0', 'expected a whole number of 1 or more'],
    ['--size', '1,2,3', 'expected 1 or 2 whole numbers'],
    ['--bits', '8', 'expected a whole number from 9 to 16'],
    ['--memory', '0', 'expected a whole number of 1 or more'],
    ['--activation', 'probabilities', 'Allowed choices are logits, multi-label-logits, softmax, sigmoid'],
  ])('%s %j is refused with the name of the option', (flag, value, reason) => {
    const refusal = refusalOf(flag, value);
    expect(refusal).toContain(`option '${flag}`);
    expect(refusal).toContain(reason);
  });

  it('may be negative where they are seeds', () => {
    expect(refusalOf('--seed', '-3')).toBe('');
  });
});

describe('options of methods', () => {
  it.each([
    ['{"lime":{}}', 'got lime'],
    ['{"gradients":5}', 'expected an object for gradients, got 5'],
    ['{"gradients":{},"nope":{}}', 'got nope'],
  ])('%s is refused where gradients alone is asked for', (text, reason) => {
    expect(() => methodOptions(text, ['gradients'])).toThrow(reason);
  });
});

describe('images', () => {
  it('are files as they are, and those of a folder by name', async () => {
    const found = await imagesIn(['missing.png', `${phantom}samples`]);
    expect(found[0]).toBe('missing.png');
    expect(found.length).toBeGreaterThan(1);
    expect(found.slice(1)).toEqual(found.slice(1).sort());
    await expect(imagesIn([phantom])).rejects.toThrow('expected PNG or JPEG files or folders of them');
  });
});

describe('sister commands', () => {
  const shared = ['--threads', '--device'];
  it.each([
    ['explain', [...shared, '--memory', '--engine', '--bits']],
    ['average', [...shared, '--memory', '--engine', '--bits']],
    ['prototype', shared],
    ['attribute', [...shared, '--memory', '--seed', '--background', '--layout']],
  ])('%s takes %j', (name, flags) => {
    const program = new Command('cxai');
    addExplainCommands(program, async () => {});
    const options = program.commands.find((command) => command.name() === name)!.options;
    expect(options.map(({ long }) => long)).toEqual(expect.arrayContaining(flags));
  });
});

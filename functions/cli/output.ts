/**
 * What a command says: lines and a progress bar for people, JSON lines with `--json`. Results go to standard
 * output, everything else to standard error.
 */
import { Presets, SingleBar } from 'cli-progress';
import { CxaiError } from '../../shared/errors.ts';

export interface Output {
  readonly json: boolean;
  /** A result: the line for people, the value as one JSON line. */
  result(line: string, value: object): void;
  /** For people only. */
  note(line: string): void;
  failure(where: string, error: unknown): void;
  /** A bar on a terminal, JSON lines with `--json`, silence in a pipe. */
  progress(label: string): Progress;
}

export interface Progress {
  set(fraction: number): void;
  done(): void;
}

export function createOutput(json: boolean): Output {
  const emit = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  return {
    json,
    result: (line, value) => (json ? emit(value) : void process.stdout.write(`${line}\n`)),
    note: (line) => void (json || process.stderr.write(`${line}\n`)),
    failure(where, error) {
      const prefix = where ? `${where}: ` : '';
      if (error instanceof CxaiError) {
        if (json) emit({ error: { where, code: error.code, message: error.message, remedy: error.remedy } });
        else
          process.stderr.write(`✗ ${prefix}${error.message}\n${error.remedy ? `  ${error.remedy}\n` : ''}`);
        return;
      }
      const message = error instanceof Error ? error.message : String(error);
      if (json) emit({ error: { where, code: 'internal', message } });
      else process.stderr.write(`✗ ${prefix}${message}\n`);
    },
    progress: (label) => (json ? jsonProgress(label, emit) : barProgress(label)),
  };
}

function barProgress(label: string): Progress {
  if (!process.stderr.isTTY) return { set: () => undefined, done: () => undefined };
  const bar = new SingleBar(
    {
      format: `${label.padEnd(28)} {bar} {percentage} %  {eta_formatted} left`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  bar.start(100, 0);
  return { set: (fraction) => bar.update(Math.round(100 * fraction)), done: () => bar.stop() };
}

function jsonProgress(label: string, emit: (value: object) => void): Progress {
  let last = -1;
  return {
    set(fraction) {
      const percent = Math.floor(10 * fraction) * 10;
      if (percent > last) emit({ progress: { label, percent } });
      last = Math.max(last, percent);
    },
    done: () => undefined,
  };
}

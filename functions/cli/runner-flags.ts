/** `--device` and `--threads`: what computes. */
import type { Runner } from '../../shared/runtime/runner.ts';
import { chooseRunner, type DeviceName } from '../common/choose-runner.ts';

export interface RunnerFlags {
  readonly threads?: number;
  readonly device?: DeviceName;
}

export const runnerOf = ({ device, threads }: RunnerFlags): Promise<Runner> =>
  chooseRunner(device, threads === undefined ? {} : { threads });

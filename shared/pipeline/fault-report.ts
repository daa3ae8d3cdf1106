/** An error as the manifest shows it: no stack, no file name. */
import { CxaiError } from '../errors.ts';
import type { Fault } from '../manifest/method-result.ts';

export function faultReport(error: unknown): Fault {
  if (error instanceof CxaiError) {
    return {
      code: error.code,
      message: error.message,
      remedy: error.remedy ?? null,
      permanent: error.permanent,
    };
  }
  return {
    code: 'internal',
    message: `internal: ${error instanceof Error ? error.name : 'unknown error'}`,
    remedy: 'This is a fault of the software: look for the trace id in the logs.',
    permanent: false,
  };
}
